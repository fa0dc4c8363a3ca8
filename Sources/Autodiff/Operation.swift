import Tensors

/// Every differentiable primitive. A record on the tape names its operation, and the tests demand a gradient case for each name, so that
/// a new operation cannot be added without one.
package enum Operation: String, CaseIterable, Sendable {
    case adaptiveAveragePooling3D
    case add
    case averagePooling3D
    case batchNormalization
    case concatenate
    case convolution3D
    case gelu
    case gridSample2D
    case hardsigmoid
    case hardswish
    case interpolate
    case layerNormalization
    case linear
    case matrixMultiply
    case maxPooling3D
    case multiply
    case relu
    case relu6
    case reshape
    case sigmoid
    case silu
    case softmax
    case subtract
    case tanh

    /// The error of this operation for operands of these shapes.
    func refuses(_ shapes: [Shape], _ reason: String) -> ShapeError {
        .incompatible(operation: rawValue, shapes: shapes, reason: reason)
    }
}
