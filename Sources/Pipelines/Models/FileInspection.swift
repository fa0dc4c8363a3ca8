import Checkpoints
package import Foundation
import Models
import ONNX
package import Tensors

/// What can be said of a file that somebody wants to use as a model: any file, readable or not.
package struct FileInspection: Encodable, Hashable, Sendable {
    package struct Tensor: Encodable, Hashable, Sendable {
        package let name: String
        package let shape: [Int]
        /// As it is stored, such as F32.
        package let type: String
    }

    /// An architecture that the checkpoint may be of.
    package struct Fit: Encodable, Hashable, Sendable {
        /// In words.
        package let architecture: String
        /// Before every name; empty when there is none.
        package let prefix: String
        package let outputs: Int
        /// Why it does not bind all the same; nil when it does.
        package let refusal: Refusal?
        /// A manifest to begin with; nil when it does not bind.
        package let manifest: String?
        /// The shape of the output that a dry run of a graph gives, with the clip of ``triedClip``; nil for named architectures.
        package let outputShape: [Int]?
        /// `[C, T, H, W]` of the clip of the dry run: where the graph leaves extents open, they are a guess.
        package let triedClip: [Int]?
        /// What that dry run found; nil when it was refused, and for named architectures.
        package let facts: ModelFacts?
    }

    package struct Refusal: Encodable, Hashable, Sendable {
        package let code, message: String

        /// - Throws: errors that say nothing about a file.
        init(_ error: any Error) throws {
            guard let failure = Failure(error) else { throw error }
            (code, message) = (failure.code, failure.message)
        }
    }

    /// Of the file.
    package let bytes: Int
    package let sha256: String
    /// In words; nil when it is none that is known.
    package let format: String?
    /// Why it cannot be used; nil when it can be read.
    package let refusal: Refusal?
    /// In the order of the file.
    package let tensors: [Tensor]
    /// Nil for files that are no ONNX model, or are refused.
    package let graph: GraphInspection?
    /// Nil when its names are those of no architecture that is known, or a graph's input does not look like a clip.
    package let fit: Fit?
    /// What makes the two a model; nil without a manifest, or when they are none.
    package let model: ModelFacts?
    /// Why file and manifest are no model.
    package let modelRefusal: Refusal?

    /// Values of all tensors.
    package var values: Int { tensors.reduce(0) { $0 + $1.shape.reduce(1, *) } }

    /// - Parameters:
    ///   - manifest: that belongs to the checkpoint, or nil.
    ///   - parallelism: for the facts of the two.
    /// - Throws: what reading the file itself throws; whatever it holds is reported.
    package init(_ url: URL, manifest: Data?, parallelism: Parallelism) throws {
        let file = try FileHandle(forReadingFrom: url)
        bytes = Int(clamping: try file.seekToEnd())
        try file.seek(toOffset: 0)
        let start = try file.read(upToCount: 64) ?? Data()
        try file.close()
        sha256 = try FileDigest.sha256(of: url)
        let known = try? CheckpointFormat(of: start)
        var (tensors, graph, fit, refusal): ([Tensor], GraphInspection?, Fit?, Refusal?) = ([], nil, nil, nil)
        do {
            let model = try ModelFile.open(url, external: nil, limits: CheckpointLimits())
            tensors = model.parameters.map { Tensor(name: $0.name, shape: $0.shape.extents, type: $0.type) }
            if case .graph(let description) = model { graph = GraphInspection(description) }
            fit = try Self.fit(model, parallelism)
        } catch {
            refusal = try Refusal(error)
        }
        // A manifest that was named in place of its checkpoint.
        if known == nil, let document = try? ModelManifest(json: Data(contentsOf: url)) {
            format = "manifest of the model \(document.name)"
            refusal = Refusal(
                code: "checkpoint.unknown-format",
                message:
                    "this is a manifest; its architecture is \(document.architecture.summary), and it needs a checkpoint: inspect that one, with --manifest and this file"
            )
        } else {
            format = known?.name
        }
        (self.tensors, self.graph, self.fit, self.refusal) = (tensors, graph, fit, refusal)
        var (model, modelRefusal): (ModelFacts?, Refusal?) = (nil, nil)
        if let manifest {
            do {
                model = try ModelRegistration(manifest: manifest, checkpoint: url, parallelism: parallelism).facts
            } catch {
                modelRefusal = try Refusal(error)
            }
        }
        (self.model, self.modelRefusal) = (model, modelRefusal)
    }

    /// Tries whether the architecture that the names point to binds.
    private static func fit(_ file: ModelFile, _ parallelism: Parallelism) throws -> Fit? {
        switch file {
        case .parameters(let checkpoint): try fit(checkpoint)
        case .graph(let graph): try fit(graph, file, parallelism)
        }
    }

    /// A graph is its own architecture; whether it can be run shows with a clip.
    private static func fit(_ graph: Graph, _ file: ModelFile, _ parallelism: Parallelism) throws -> Fit? {
        guard let manifest = graph.manifestToBeginWith else { return nil }
        let description = try ModelManifest(json: Data(manifest.utf8))
        let input = description.input
        var (network, facts, refusal): (Network?, ModelFacts?, Refusal?) = (nil, nil, nil)
        do {
            let made = try Network(description, file: file)
            (network, facts) = (made, try ModelFacts(made, file: file, parallelism: parallelism))
        } catch {
            refusal = try Refusal(error)
        }
        return Fit(
            architecture: "onnx", prefix: "", outputs: network?.outputs ?? 0, refusal: refusal,
            manifest: refusal == nil ? manifest : nil, outputShape: network?.outputShape.extents,
            triedClip: [input.channels.count, input.frames, input.height, input.width], facts: facts)
    }

    private static func fit(_ checkpoint: Checkpoint) throws -> Fit? {
        guard let guess = ArchitectureGuess.of(checkpoint) else { return nil }
        let prefix = guess.prefix.isEmpty ? "" : " \"strip_prefix\": \(quoted(guess.prefix)),"
        let channels = guess.channels == 1 ? "Y" : "RGB"
        let manifest = """
            {"name": "my-model", "architecture": \(guess.architecture.json), "task": "regression",\(prefix)
             "input": {"frames": 32, "period": 1, "height": 112, "width": 112, "channels": "\(channels)", "range": [0, 1]}}
            """
        var refusal: Refusal?
        do {
            _ = try Network(ModelManifest(json: Data(manifest.utf8)), checkpoint: checkpoint)
        } catch {
            refusal = try Refusal(error)
        }
        return Fit(
            architecture: guess.architecture.summary, prefix: guess.prefix, outputs: guess.outputs, refusal: refusal,
            // A prefix that a terminal would not show as it is belongs to nobody's network.
            manifest: refusal == nil && shown(guess.prefix) == guess.prefix ? manifest : nil, outputShape: nil,
            triedClip: nil, facts: nil)
    }

    private static func quoted(_ text: String) -> String {
        (try? String(decoding: JSONEncoder().encode(text), as: UTF8.self)) ?? "\"\""
    }

    package func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }
}

extension FileInspection.Refusal {
    fileprivate init(code: String, message: String) { (self.code, self.message) = (code, message) }
}
