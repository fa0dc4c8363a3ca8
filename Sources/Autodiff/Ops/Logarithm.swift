import CKernels
import Tensors

/// ln x, elementwise; minus infinity at 0, not-a-number below. Keeps the input.
/// - Returns: the shape of `x`.
package func logarithm(_ x: Variable) -> Variable {
    activation(x, .logarithm, keeping: .input) {
        ck_logarithm($0, $1, $2)
    } slope: {
        ck_divide_by($0, $1, $2)
    }
}
