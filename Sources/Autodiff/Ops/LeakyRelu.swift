import CKernels
import Tensors

/// x above zero, slope · x elsewhere, elementwise. The gradient at 0 is the slope, as PyTorch has it.
///
/// Keeps one bit a value, and nothing when `x` wants no gradient.
/// - Returns: the shape of `x`.
package func leakyRelu(_ x: Variable, slope: Float) -> Variable {
    let parallelism = x.tape.parallelism
    guard x.wantsGradient else {
        return x.tape.constant(
            x.value.mapElements(parallelism: parallelism) { ck_leaky_relu($0, slope, $1, nil, $2) })
    }
    let (value, positive) = BitMask.mapping(x.value, parallelism: parallelism) { ck_leaky_relu($0, slope, $1, $2, $3) }
    return x.tape.record(value, .leakyRelu, parents: [x], keptBytes: positive.byteCount) { gradient in
        positive.update(&gradient, parallelism: parallelism) { ck_leaky_relu_gradient($0, $1, slope, $2) }
        return [gradient]
    }
}
