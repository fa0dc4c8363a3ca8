import Tensors

/// Every differentiable primitive. A record on the tape names its operation, and the tests demand a gradient case for each name, so that
/// a new operation cannot be added without one.
package enum Operation: String, CaseIterable, Sendable {
    case adaptiveAveragePooling3D
    case add
    case averagePooling3D
    case batchNormalization
    case convolution3D
    case gridSample2D
    case linear
    case maxPooling3D
    case relu
    case reshape

    /// The error of this operation for operands of these shapes.
    func refuses(_ shapes: [Shape], _ reason: String) -> ShapeError {
        .incompatible(operation: rawValue, shapes: shapes, reason: reason)
    }
}
