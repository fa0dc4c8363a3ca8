import CKernels
import Tensors

/// cos x, elementwise, x in radians. Keeps the input.
/// - Returns: the shape of `x`.
package func cosine(_ x: Variable) -> Variable {
    activation(x, .cosine, keeping: .input) {
        ck_cosine($0, $1, $2)
    } slope: {
        ck_cosine_gradient($0, $1, $2)
    }
}
