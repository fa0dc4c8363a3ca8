import CKernels
import Tensors

/// x · min(max(x + 3, 0), 6) / 6, elementwise (MobileNetV3, arXiv:1905.02244). The slope is 0 at -3 and 1 at 3. Keeps the input.
///
/// - Returns: the shape of `x`.
package func hardswish(_ x: Variable) -> Variable {
    activation(x, .hardswish, keeping: .input) {
        ck_hardswish($0, $1, $2)
    } slope: {
        ck_hardswish_gradient($0, $1, $2)
    }
}
