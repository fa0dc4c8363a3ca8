package import Autodiff
import Tensors

/// One step of a network with frozen parameters.
package protocol Layer: Sendable {
    /// - Throws: `ShapeError` when the layer does not take this shape.
    func callAsFunction(_ x: Variable) throws -> Variable
}

/// Layers one after another.
struct Chain: Layer {
    let layers: [any Layer]

    func callAsFunction(_ x: Variable) throws -> Variable { try layers.reduce(x) { try $1($0) } }
}

/// All convolutions and the mean over time and space: `[1, C, T, H, W]` to `[1, C']`.
struct TrunkLayer: Layer {
    let trunk: FrozenTrunk

    func callAsFunction(_ x: Variable) throws -> Variable { try frozenTrunk(x, trunk, meter: WorkMeter()) }
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
}
