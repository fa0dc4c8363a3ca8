import CKernels
import Tensors

/// min(max(x, 0), 6), elementwise; not-a-number stays. The gradient at 0 and at 6 is 0, as PyTorch has it.
///
/// Keeps one bit a value, and nothing when `x` wants no gradient.
/// - Returns: the shape of `x`.
package func relu6(_ x: Variable) -> Variable {
    ramp(x, .relu6, slope: 1) { ck_clamp($0, 1, 0, 6, $1, $2, $3) }
}
