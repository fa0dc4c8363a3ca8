import ArgumentParser
import Checkpoints
import Foundation
import Pipelines
import Tensors

/// `cinegrad models inspect`
struct InspectFile: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Say what a file holds, and whether it makes a model.",
        discussion: """
            Takes any file: format, tensors with shapes and types, a prefix of the names, the architecture that fits, and if it is \
            refused the reason. Of an ONNX model also its input, its operators and a dry run: outputs, operations and bytes of a gradient. \
            With a manifest what the two make: outputs, parameters, operators, operations and bytes. No code of \
            the file runs. Ends with status 1 when the file, or the two together, cannot be used.
            """)

    @Argument(help: "Any file.") var file: String

    @Option(help: ArgumentHelp("The manifest that belongs to it.", valueName: "file"))
    var manifest: String?

    @Flag(help: "Print JSON.") var json = false

    @Flag(help: "List every tensor, not only the first and last.") var all = false

    func run() async throws {
        let inspection: FileInspection
        do {
            let document = try manifest.map { try Data(contentsOf: InputFile.url($0, kind: "a manifest")) }
            inspection = try FileInspection(
                InputFile.url(file, kind: "any"), manifest: document,
                parallelism: Parallelism(threads: ProcessInfo.processInfo.activeProcessorCount))
            print(
                json
                    ? String(decoding: try inspection.json(), as: UTF8.self)
                    : InspectionText(inspection, listsAll: all).text)
        } catch {
            throw CommandFailure(error)
        }
        // Without a manifest a graph is tried with one to begin with.
        let isGraphRefused = manifest == nil && inspection.graph != nil && inspection.fit?.manifest == nil
        if inspection.refusal != nil || inspection.modelRefusal != nil || isGraphRefused { throw ExitCode.failure }
    }
}

/// An inspection as people read it.
struct InspectionText {
    let text: String

    /// Tensors that are shown at the beginning and at the end of a long list.
    private static let listed = 6

    init(_ inspection: FileInspection, listsAll: Bool) {
        var lines = [
            "format: \(inspection.format ?? "none that is known")", "bytes: \(inspection.bytes)",
            "sha-256: \(inspection.sha256)",
        ]
        if let refusal = inspection.refusal { lines.append("refused (\(refusal.code)): \(refusal.message)") }
        if let graph = inspection.graph { lines += Self.graph(graph) }
        if !inspection.tensors.isEmpty || inspection.graph != nil {
            lines.append("tensors: \(inspection.tensors.count) with \(inspection.values) values")
            let names = inspection.tensors.map { shown($0.name) }
            let width = names.map(\.count).max() ?? 0
            let rows = zip(names, inspection.tensors).map { name, tensor in
                "  \(name.padding(toLength: max(min(width, 60), name.count), withPad: " ", startingAt: 0))  \(tensor.type)  \(tensor.shape)"
            }
            if listsAll || rows.count <= 2 * Self.listed + 1 {
                lines += rows
            } else {
                lines += rows.prefix(Self.listed)
                lines.append("  … \(rows.count - 2 * Self.listed) more; --all lists them")
                lines += rows.suffix(Self.listed)
            }
            lines += inspection.graph.map { Self.dryRun(inspection.fit, of: $0) } ?? Self.fit(inspection.fit)
        }
        if let model = inspection.model { lines.append("with the manifest, a model:\n" + FactsText(model).text) }
        if let refusal = inspection.modelRefusal {
            lines.append("no model with the manifest (\(refusal.code)): \(refusal.message)")
        }
        text = lines.joined(separator: "\n")
    }

    private static func graph(_ graph: GraphInspection) -> [String] {
        let producer = graph.producer.isEmpty ? "" : ", written by \(shown(graph.producer))"
        // Frequent ones first.
        let operators = graph.operators.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        return [
            "graph: \(graph.nodes) nodes, version \(graph.opset) of the standard operators\(producer)",
            "input: \(shown(graph.input.name)) \(shape(graph.input))", "output: \(shown(graph.output))",
            "operators: " + operators.map { "\($0.value) \($0.key)" }.joined(separator: ", "),
        ]
    }

    private static func shape(_ input: GraphInspection.Input) -> String {
        guard let shape = input.shape else { return "of any shape" }
        return "[" + shape.map { $0.map(String.init) ?? "any" }.joined(separator: ", ") + "]"
    }

    private static func dryRun(_ fit: FileInspection.Fit?, of graph: GraphInspection) -> [String] {
        guard let fit, let clip = fit.triedClip else {
            guard graph.input.shape != nil else {
                return ["no dry run: the file does not say the shape of its input, --manifest does"]
            }
            return [
                "no dry run: \(shape(graph.input)) is no batch of one clip with one or three channels in the order NCTHW, NTCHW or NTHWC"
            ]
        }
        let tried = "dry run with \(clip[1]) frames of \(clip[3])×\(clip[2])"
        if let refusal = fit.refusal {
            let isGuess = graph.input.shape?.dropFirst().contains(nil) ?? true
            return ["\(tried): refused (\(refusal.code)): \(refusal.message)"]
                + (isGuess ? ["the graph leaves sizes open: say with --manifest which clips it takes"] : [])
        }
        var lines = ["\(tried): output of shape \(fit.outputShape ?? [])"]
        if let facts = fit.facts { lines.append(FactsText(facts).text) }
        if let manifest = fit.manifest {
            lines.append("a manifest to begin with (set sizes that are open, range, mean and std):\n\(manifest)")
        }
        return lines
    }

    private static func fit(_ fit: FileInspection.Fit?) -> [String] {
        guard let fit else {
            return ["architecture: none that is known by its names; a network of another kind goes through ONNX"]
        }
        var lines = ["architecture: \(fit.architecture), \(fit.outputs) output\(fit.outputs == 1 ? "" : "s")"]
        if !fit.prefix.isEmpty { lines.append("prefix of the names: \(shown(fit.prefix))") }
        if let refusal = fit.refusal { lines.append("it does not bind (\(refusal.code)): \(refusal.message)") }
        if let manifest = fit.manifest {
            lines.append("a manifest to begin with (set frames, sizes, range, mean and std):\n\(manifest)")
        }
        return lines
    }
}
