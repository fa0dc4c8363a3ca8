import CKernels
import Tensors

/// min(max(x, lower), upper), elementwise; not-a-number stays. The gradient is 1 from bound to bound, the bounds included, and 0 beyond, as PyTorch
/// has it.
///
/// Keeps one bit a value, and nothing when `x` wants no gradient.
/// - Parameters:
///   - lower, upper: infinite where there is no bound; if they are in the wrong order all values become `upper`.
/// - Returns: the shape of `x`.
package func clamp(_ x: Variable, lower: Float, upper: Float) -> Variable {
    let parallelism = x.tape.parallelism
    guard x.wantsGradient else {
        return x.tape.constant(
            x.value.mapElements(parallelism: parallelism) { ck_clamp_between($0, lower, upper, $1, nil, $2) })
    }
    let (value, inside) = BitMask.mapping(x.value, parallelism: parallelism) {
        ck_clamp_between($0, lower, upper, $1, $2, $3)
    }
    return x.tape.record(value, .clamp, parents: [x], keptBytes: inside.byteCount) { gradient in
        inside.apply(to: &gradient, parallelism: parallelism)
        return [gradient]
    }
}
