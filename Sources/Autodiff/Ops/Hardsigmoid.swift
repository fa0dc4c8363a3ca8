import CKernels
import Tensors

/// min(max(slope · x + offset, 0), 1), elementwise; not-a-number stays. Where it is clamped, and at the two bends, the gradient is 0.
///
/// Keeps one bit a value, and nothing when `x` wants no gradient.
/// - Parameters:
///   - slope: 1/6 in PyTorch; ONNX states it as `alpha`.
///   - offset: 1/2 in PyTorch; ONNX states it as `beta`.
/// - Returns: the shape of `x`.
package func hardsigmoid(_ x: Variable, slope: Float, offset: Float) -> Variable {
    ramp(x, .hardsigmoid, slope: slope) { ck_clamp($0, slope, offset, 1, $1, $2, $3) }
}
