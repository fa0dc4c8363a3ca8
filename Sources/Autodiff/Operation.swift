import Tensors

/// Every differentiable primitive. A record on the tape names its operation, and the tests demand a gradient case for each name, so that
/// a new operation cannot be added without one.
package enum Operation: String, CaseIterable, Sendable {
    case absolute
    case adaptiveAveragePooling3D
    case add
    case affine
    case attention
    case averagePooling3D
    case batchNormalization
    case batchStatisticsNormalization
    case clamp
    case concatenate
    case convolution3D
    case cosine
    case cumulativeSum
    case divide
    case dropout
    case elu
    case errorFunction
    case expand
    case exponential
    case extreme
    case extremeAlong
    case frozenTrunk
    case gelu
    case gridSample2D
    case hardsigmoid
    case hardswish
    case interpolate
    case layerNormalization
    case leakyRelu
    case linear
    case logSoftmax
    case logarithm
    case matrixMultiply
    case maxPooling3D
    case multiply
    case pad
    case pick
    case power
    case product
    case relu
    case relu6
    case resample
    case reshape
    case scatter
    case select
    case sigmoid
    case silu
    case sine
    case slice
    case softmax
    case softplus
    case squareRoot
    case subtract
    case sum
    case take
    case tanh
    case transpose
    case transposedConvolution3D

    /// The error of this operation for operands of these shapes.
    func refuses(_ shapes: [Shape], _ reason: String) -> ShapeError {
        .incompatible(operation: rawValue, shapes: shapes, reason: reason)
    }
}
