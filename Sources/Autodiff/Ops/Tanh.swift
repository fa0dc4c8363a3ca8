import CKernels
import Tensors

/// The hyperbolic tangent, elementwise. Keeps the result.
///
/// - Returns: the shape of `x`.
package func tanh(_ x: Variable) -> Variable {
    activation(x, .tanh, keeping: .result) {
        ck_tanh($0, $1, $2)
    } slope: {
        ck_tanh_gradient($0, $1, $2)
    }
}
