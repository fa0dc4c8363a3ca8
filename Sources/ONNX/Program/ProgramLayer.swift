package import Tensors

/// A result of a graph whose values lie in channels, frames, rows and columns, so that it can be shown over the clip.
package struct ProgramLayer: Hashable, Sendable {
    /// As the graph calls it.
    package let name: String
    /// `[1, C, T, H, W]`, or `[T, C, H, W]` of networks that take frames one by one.
    package let shape: Shape

    /// - Returns: nil for values that have no such axes, and for those of a single position, which lie nowhere.
    init?(_ name: String, _ value: Value) {
        let shape = value.shape
        guard value.slot != nil, value.slot != 0, value.isReal else { return nil }
        switch shape.rank {
        case 4: guard shape[0] * shape[2] * shape[3] > 1 else { return nil }
        case 5: guard shape[0] == 1, shape[2] * shape[3] * shape[4] > 1 else { return nil }
        default: return nil
        }
        (self.name, self.shape) = (name, shape)
    }
}

/// Finds the values whose second axis is that of channels, with places behind it. A graph does not name its axes: that comes from the operators
/// that are defined so, and from those that go value by value afterwards; a matrix of tokens, or channels at the end, would look the same.
struct LayerSurvey {
    private static let spatial: Set<StandardOperator> = [
        .averagePool, .batchNormalization, .conv, .convTranspose, .groupNormalization, .instanceNormalization, .maxPool,
    ]
    /// Value by value, or channel beside channel.
    private static let keeping: Set<StandardOperator> = [
        .abs, .add, .celu, .clip, .concat, .div, .dropout, .elu, .exp, .gelu, .hardSigmoid, .hardSwish, .identity,
        .leakyRelu, .log, .max, .mean, .min, .mish, .mul, .neg, .pRelu, .pow, .relu, .selu, .sigmoid, .softplus,
        .softsign, .sqrt, .sub, .sum, .tanh,
    ]

    /// In the order in which they are computed.
    private(set) var layers: [ProgramLayer] = []
    /// The name of the value that is to stay as it is, and its slot once it has one.
    let kept: String?
    var slot: Int?
    private var shapes: [String: Shape] = [:]

    init(kept: String?) { self.kept = kept }

    mutating func note(_ node: Node, _ standard: StandardOperator, results: [Value]) {
        for (name, value) in zip(node.outputs, results) where !name.isEmpty {
            let lies =
                Self.spatial.contains(standard)
                || Self.keeping.contains(standard)
                    && node.inputs.contains { input in shapes[input].map { $0.hasPlaces(of: value.shape) } ?? false }
            guard lies else { continue }
            shapes[name] = value.shape
            if let layer = ProgramLayer(name, value) { layers.append(layer) }
        }
    }
}

extension Shape {
    /// Whether two differ in the number of channels at most.
    fileprivate func hasPlaces(of other: Shape) -> Bool {
        rank == other.rank && rank > 2 && extents.indices.allSatisfy { $0 == 1 || self[$0] == other[$0] }
    }
}
