package import Tensors

/// Convolutions of a network whose parameters don't change: from a clip to the mean of the last activations over time and space, or from
/// activations to activations.
///
/// What can be done once is done when it is built: normalisations are folded, weights lie in blocks. What depends on the clip's extents is in
/// ``TrunkPlan``.
package final class FrozenTrunk: Sendable {
    struct Node: Sendable {
        /// The value that is convolved: 0 for what the trunk takes, i + 1 for the result of node i.
        let source: Int
        /// The value that is added.
        let addend: Int?
        let rectifies: Bool
        /// `[out, in, kT, kH, kW]`.
        let weightShape: Shape
        let geometry: ConvolutionGeometry
        let parameters: Parameters
        /// Padded with zeros to whole blocks.
        let bias: OwnedFloats
    }

    /// What a trunk takes and gives.
    enum Form: Hashable, Sendable {
        case clipToMean
        case features
    }

    enum Parameters: Sendable {
        case stem(Stem)
        case blocked(BlockedWeights)
    }

    let form: Form
    let summation: ForwardSummation
    let nodes: [Node]
    /// How often each value is convolved or added, the clip first.
    let uses: [Int]
    /// Values that have a name, in the order in which they are computed.
    let named: [(name: String, value: Int)]

    init(_ form: Form, _ summation: ForwardSummation, nodes: [Node], named: [(name: String, value: Int)]) {
        self.form = form
        self.summation = summation
        self.nodes = nodes
        self.named = named
        var uses = Array(repeating: 0, count: nodes.count + 1)
        for node in nodes {
            uses[node.source] += 1
            if let addend = node.addend { uses[addend] += 1 }
        }
        precondition(uses.dropLast().allSatisfy { $0 > 0 }, "a value of the trunk leads nowhere")
        self.uses = uses
    }

    /// Channels of the clip and of the result.
    package var channels: (input: Int, output: Int) {
        (nodes.first?.weightShape[1] ?? 0, nodes.last?.weightShape[0] ?? 0)
    }

    /// The operations that it is made of, and how often each.
    package var operators: [Operation: Int] {
        let counts = [
            (Operation.convolution3D, nodes.count), (.add, nodes.count { $0.addend != nil }),
            (.relu, nodes.count { $0.rectifies }),
        ]
        return Dictionary(uniqueKeysWithValues: counts.filter { $0.1 > 0 })
    }

    /// The names of activations that ``pass(_:layer:parallelism:meter:)`` gives, in the order in which they are computed.
    package var layers: [String] { named.map(\.name) }

    /// Bytes of parameters, as they are held.
    package var parameterBytes: Int {
        nodes.reduce(0) { sum, node in
            let floats = MemoryLayout<Float>.stride
            switch node.parameters {
            case .stem(let stem): return sum + (stem.weight.count + node.bias.count) * floats
            case .blocked(let weights): return sum + weights.byteCount + node.bias.count * floats
            }
        }
    }
}

/// Puts a trunk together, convolution by convolution.
package struct FrozenTrunkBuilder {
    /// What the trunk takes, or the result of a convolution.
    package struct Value: Hashable, Sendable {
        let index: Int
    }

    private let form: FrozenTrunk.Form
    private let summation: ForwardSummation
    private let factors, addends: [Float]
    private var nodes: [FrozenTrunk.Node] = []
    private var named: [(name: String, value: Int)] = []

    /// A trunk from a clip to the mean over time and space.
    /// - Parameters:
    ///   - factors, addends: of the clip's normalisation, a value for each channel: x · factor + addend. Padding is zero behind it.
    ///   - summation: of all convolutions but the first.
    package init(factors: [Float], addends: [Float], summation: ForwardSummation = .cheapest) {
        precondition(factors.count == addends.count && !factors.isEmpty)
        (form, self.summation, self.factors, self.addends) = (.clipToMean, summation, factors, addends)
    }

    /// A trunk from activations to activations.
    package init(summation: ForwardSummation = .cheapest) {
        (form, self.summation, factors, addends) = (.features, summation, [], [])
    }

    /// What the trunk takes.
    package var clip: Value { Value(index: 0) }

    /// Appends a convolution with bias, of which a sum and a ReLU may follow.
    /// - Parameters:
    ///   - source: a clip for the first convolution and for no other.
    ///   - weight: `[out, in, kT, kH, kW]`.
    ///   - bias: `[out]`.
    ///   - addend: of the result's extents; no clip.
    /// - Precondition: neither groups nor, at the clip, dilation.
    package mutating func convolution(
        _ source: Value, weight: Tensor, bias: Tensor, geometry: ConvolutionGeometry, addend: Value?, rectified: Bool
    ) -> Value {
        let isStem = form == .clipToMean && source.index == 0
        precondition(
            form == .features || (source.index == 0) == nodes.isEmpty && addend?.index != 0,
            "the first convolution takes the clip, and no other does")
        precondition(geometry.groups == 1 && weight.shape.rank == 5 && bias.shape == [weight.shape[0]])
        let blocked = OwnedFloats(count: blocksHolding(bias.count) * BlockedExtents.lanes)
        blocked.base.update(repeating: 0, count: blocked.count)
        bias.withUnsafeValues { values in
            for (channel, value) in values.enumerated() { blocked.base[channel] = value }
        }
        if isStem { precondition(geometry.dilation == .one && weight.shape[1] == factors.count) }
        nodes.append(
            FrozenTrunk.Node(
                source: source.index, addend: addend?.index, rectifies: rectified, weightShape: weight.shape,
                geometry: geometry,
                parameters: isStem
                    ? .stem(Stem(weight: weight, factors: factors, addends: addends))
                    : .blocked(BlockedWeights(weight)),
                bias: blocked))
        return Value(index: nodes.count)
    }

    /// Gives the result of a convolution, sum and ReLU included, a name by which its activation can be asked for. A value may have several names.
    package mutating func name(_ value: Value, _ name: String) {
        precondition(value.index > 0, "the clip is no layer")
        named.append((name: name, value: value.index))
    }

    /// The trunk up to the last convolution.
    package func build() -> FrozenTrunk {
        precondition(!nodes.isEmpty, "a trunk has a convolution")
        return FrozenTrunk(form, summation, nodes: nodes, named: named)
    }
}
