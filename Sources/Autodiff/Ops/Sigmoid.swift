import CKernels
import Tensors

/// 1 / (1 + e⁻ˣ), elementwise. Keeps the result.
///
/// - Returns: the shape of `x`.
package func sigmoid(_ x: Variable) -> Variable {
    activation(x, .sigmoid, keeping: .result) {
        ck_sigmoid($0, $1, $2)
    } slope: {
        ck_sigmoid_gradient($0, $1, $2)
    }
}
