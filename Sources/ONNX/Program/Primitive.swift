import Autodiff
import Tensors

/// A function of real numbers, one by one.
enum RealFunction: Hashable, Sendable {
    case relu, sigmoid, tanh, silu, hardswish, exponential, logarithm, squareRoot, absolute, errorFunction, softplus
    case sine, cosine
    case gelu(GeluApproximation)
    /// factor · x + addend
    case affine(factor: Float, addend: Float)
    case hardsigmoid(slope: Float, offset: Float)
    case elu(alpha: Float, width: Float, scale: Float)
    case leakyRelu(slope: Float)
    case clamp(lower: Float, upper: Float)
    case power(Float)
    /// Without a gradient, as they are constant between their jumps.
    case floor, ceiling, round, truncate, sign
}

/// A function of two real numbers, or of two integers.
enum BinaryFunction: Hashable, Sendable {
    case add, subtract, multiply, divide, power, maximum, minimum
    /// Of integers only: with the sign of the divisor, or of the dividend.
    case modulo, remainder
}

enum Comparison: Hashable, Sendable { case equal, greater, greaterOrEqual, less, lessOrEqual }

enum Logic: Hashable, Sendable { case and, or, xor }

enum Reduction: Hashable, Sendable { case sum, maximum, minimum, product }

/// What a network is made of after lowering: each turns some arrays into one. Fewer than the standard has operators, since most of those are
/// compositions.
enum Primitive: Hashable, Sendable {
    // Of real numbers.
    case unary(RealFunction)
    case convolution(ConvolutionGeometry)
    case transposedConvolution(ConvolutionGeometry, extra: Extent3)
    case maximumPool(PoolingGeometry)
    case averagePool(PoolingGeometry, countsPadding: Bool)
    /// Operands: x, scale, shift, mean, variance.
    case batchNormalization(epsilon: Float)
    /// Operands: x, and scale and shift if there are any.
    case layerNormalization(axis: Int, epsilon: Float)
    case softmax(axis: Int)
    case logSoftmax(axis: Int)
    case matrixMultiply
    /// Operands: queries, keys, values, and `[M, L, S]` for each list of matrices, which are added to the logits of the products in turn.
    case attention(scale: Float, matrices: [[Int]])
    /// Operand: the clip. Gives the mean over time and space, `[1, C']`.
    case frozenTrunk(GraphTrunk)
    case cumulativeSum(axis: Int, isExclusive: Bool, isReversed: Bool)
    case resample(axis: Int, AxisTaps)
    case gridSample(GridPadding, alignCorners: Bool)

    // Of real numbers or integers.
    case binary(BinaryFunction)
    /// Keeps one for the extents of the axes.
    case reduce(Reduction, axes: Set<Int>)
    case reshape(Shape)
    case transpose([Int])
    case slice([AxisSlice])
    case concatenate(axis: Int)
    case expand(Shape)
    case take(axis: Int, [Int])
    case pad(before: [Int], after: [Int], value: Float)
    /// Operands: condition, a, b.
    case select
    /// Operands: x and the places (row-major) that values are taken from.
    case pick
    /// Operands: x, updates, and the places where they go.
    case scatter(ScatterRule)

    // With integers or truth values as results.
    case compare(Comparison)
    case logic(Logic)
    case not
    case isNotANumber
    case isInfinite(positive: Bool, negative: Bool)
    case cast(ElementType.Kind)
    case argument(Extremum, axis: Int, last: Bool)
    /// The indices along an axis of the greatest (least) values, best first.
    case top(Extremum, axis: Int, count: Int)
    /// Row-major places in an array of the shape, for indices along an axis: elementwise (GatherElements), by lines (Gather), or by tuples on the
    /// last axis behind some batch axes (GatherND).
    case elementPlaces(Shape, axis: Int)
    case linePlaces(Shape, axis: Int)
    case tuplePlaces(Shape, batchAxes: Int)
}

/// x · factor + addend
struct AffineNumbers: Hashable, Sendable {
    let factor, addend: Float
}

extension Primitive {
    /// Nil for what is no function of single real numbers.
    var realFunction: RealFunction? {
        if case .unary(let function) = self { return function }
        return nil
    }
}

extension RealFunction {
    /// Nil for other functions.
    var affineNumbers: AffineNumbers? {
        if case .affine(let factor, let addend) = self { return AffineNumbers(factor: factor, addend: addend) }
        return nil
    }

    /// Whether x times this of x is the hardswish.
    var isHardswishGate: Bool {
        if case .hardsigmoid(let slope, let offset) = self { return abs(slope - 1 / 6) < 1e-6 && offset == 0.5 }
        return false
    }
}
