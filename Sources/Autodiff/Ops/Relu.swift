import CKernels
import Tensors

/// max(x, 0), elementwise; not-a-number stays. The gradient at 0 is 0, as PyTorch has it.
///
/// Keeps one bit a value, and nothing when `x` wants no gradient.
/// - Returns: the shape of `x`.
package func relu(_ x: Variable) -> Variable {
    let parallelism = x.tape.parallelism
    guard x.wantsGradient else {
        return x.tape.constant(x.value.mapElements(parallelism: parallelism) { ck_relu($0, $1, nil, $2) })
    }
    let (value, positive) = BitMask.mapping(x.value, parallelism: parallelism) { ck_relu($0, $1, $2, $3) }
    return x.tape.record(value, .relu, parents: [x], keptBytes: positive.byteCount) { gradient in
        positive.apply(to: &gradient, parallelism: parallelism)
        return [gradient]
    }
}
