import Autodiff
import Checkpoints
import Foundation
package import Models
package import Tensors

/// What was found out about a model when it was registered. Stored as JSON; fields may be added, and are then missing from older models.
package struct ModelFacts: Codable, Hashable, Sendable {
    /// Of one gradient at a clip as the manifest describes it.
    package struct Cost: Codable, Hashable, Sendable {
        /// Multiplications and additions that are made, forwards and backwards.
        package let forwardFlops, backwardFlops: Int
        /// Of textbook summation, forwards: what other programs state.
        package let directFlops: Int
        /// Of the parameters as they are held, and of what a forward and a backward pass hold beside them.
        package let parameterBytes, passBytes: Int
        /// With which work memory was counted.
        package let threads: Int
    }

    package let outputs: Int
    /// Numbers that training changed.
    package let parameters: Int
    /// What a pass carries out, and how often each.
    package let operators: [String: Int]
    /// Whose activations Grad-CAM can show, in the order in which they are computed.
    package let layers: [String]?
    package let format: String
    /// The element types of the file's tensors, the most frequent first.
    package let precision: [String]
    package let cost: Cost

    /// By a dry run of shapes.
    /// - Throws: `ShapeError` when the network does not take the clips that its manifest describes.
    package init(_ network: Network, file: ModelFile, parallelism: Parallelism) throws {
        let cost = try network.cost(parallelism: parallelism)
        outputs = network.outputs
        parameters = network.parameterCount
        operators = network.operators
        layers = network.layerNames
        format = file.format.rawValue
        // Counters of batches are not used.
        let used = file.parameters.filter { !$0.name.hasSuffix(".num_batches_tracked") }
        let counts = used.reduce(into: [String: Int]()) { counts, parameter in
            counts[parameter.type, default: 0] += parameter.shape.count
        }
        precision = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
        self.cost = Cost(
            forwardFlops: cost.forward.flops, backwardFlops: cost.backward.flops, directFlops: cost.directFlops,
            parameterBytes: cost.parameterBytes, passBytes: cost.bytes, threads: parallelism.threads)
    }

    /// Of a bundled model.
    package init(_ model: BundledModel, parallelism: Parallelism) throws {
        try self.init(
            model.load(), file: .parameters(Checkpoint.read(model.checkpoint, limits: CheckpointLimits())),
            parallelism: parallelism)
    }

    /// - Returns: nil for what an older version stored, which knew less.
    package init?(stored json: String) {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let facts = try? decoder.decode(ModelFacts.self, from: Data(json.utf8)) else { return nil }
        self = facts
    }

    package func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
