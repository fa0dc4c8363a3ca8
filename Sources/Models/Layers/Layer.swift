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

struct Rectifier: Layer {
    func callAsFunction(_ x: Variable) throws -> Variable { relu(x) }
}

/// The mean over time and space: `[N, C, T, H, W]` to `[N, C]`.
struct GlobalMean: Layer {
    func callAsFunction(_ x: Variable) throws -> Variable {
        let pooled = try adaptiveAveragePooling3D(x, output: .one)
        return try reshape(pooled, to: [x.shape[0], x.shape[1]])
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
}
