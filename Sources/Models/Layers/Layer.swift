package import Autodiff
package import Tensors

/// One step of a network with frozen parameters.
package protocol Layer: Sendable {
    /// - Throws: `ShapeError` when the layer does not take this shape.
    func callAsFunction(_ x: Variable) throws -> Variable

    /// A dry run: the shape of the result, and what a gradient through the layer takes. Nothing is computed, and little allocated.
    /// - Parameters:
    ///   - x: the shape of the operand, which starts with the number of clips, 1.
    ///   - parallelism: work memory grows with threads.
    /// - Throws: `ShapeError`, as the call does.
    func cost(_ x: Shape, parallelism: Parallelism) throws -> (result: Shape, cost: CostEstimate)

    /// The operators that the layer carries out, and how often each.
    var operators: [String: Int] { get }
}

/// Layers one after another.
struct Chain: Layer {
    let layers: [any Layer]

    func callAsFunction(_ x: Variable) throws -> Variable { try layers.reduce(x) { try $1($0) } }

    func cost(_ x: Shape, parallelism: Parallelism) throws -> (result: Shape, cost: CostEstimate) {
        guard let first = layers.first else { preconditionFailure("a chain without layers") }
        return try layers.dropFirst().reduce(first.cost(x, parallelism: parallelism)) { before, layer in
            let next = try layer.cost(before.result, parallelism: parallelism)
            return (next.result, before.cost.followed(by: next.cost))
        }
    }

    var operators: [String: Int] {
        layers.reduce(into: [:]) { $0.merge($1.operators, uniquingKeysWith: +) }
    }
}

/// All convolutions and the mean over time and space: `[1, C, T, H, W]` to `[1, C']`.
struct TrunkLayer: Layer {
    let trunk: FrozenTrunk

    func callAsFunction(_ x: Variable) throws -> Variable {
        try frozenTrunk(x, trunk, meter: WorkMeter.current ?? WorkMeter())
    }

    func cost(_ x: Shape, parallelism: Parallelism) throws -> (result: Shape, cost: CostEstimate) {
        (try frozenTrunkShape(x, trunk: trunk), try frozenTrunkCost(x, trunk: trunk, parallelism: parallelism))
    }

    var operators: [String: Int] {
        trunk.operators.reduce(into: ["mean": 1]) { $0[$1.key.rawValue] = $1.value }
    }
}

struct LinearLayer: Layer {
    /// `[out, in]` and `[out]`.
    let weight, bias: Tensor

    init(_ path: String, inputs: Int, outputs: Int, from source: any ParameterSource) throws {
        weight = try source.tensor("\(path).weight", [outputs, inputs], .linearWeight)
        bias = try source.tensor("\(path).bias", [outputs], .bias)
    }

    func callAsFunction(_ x: Variable) throws -> Variable {
        try linear(x, weight: x.tape.constant(weight), bias: x.tape.constant(bias))
    }

    func cost(_ x: Shape, parallelism: Parallelism) throws -> (result: Shape, cost: CostEstimate) {
        (
            try linearShape(x, weight: weight.shape, bias: bias.shape),
            try linearCost(x, weight: weight.shape, bias: bias.shape)
        )
    }

    let operators = ["linear": 1]
}
