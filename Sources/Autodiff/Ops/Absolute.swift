import CKernels
import Tensors

/// |x|, elementwise. The gradient at 0 is 0, as PyTorch has it. Keeps the input.
/// - Returns: the shape of `x`.
package func absolute(_ x: Variable) -> Variable {
    activation(x, .absolute, keeping: .input) {
        ck_absolute($0, $1, $2)
    } slope: {
        ck_absolute_gradient($0, $1, $2)
    }
}
