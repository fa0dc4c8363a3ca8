import CKernels
import Tensors

/// eˣ, elementwise. Keeps the result.
/// - Returns: the shape of `x`.
package func exponential(_ x: Variable) -> Variable {
    activation(x, .exponential, keeping: .result) {
        ck_exponential($0, $1, $2)
    } slope: {
        ck_scale_by($0, $1, $2)
    }
}
