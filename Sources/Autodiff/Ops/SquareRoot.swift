import CKernels
import Tensors

/// √x, elementwise; not-a-number below zero. The gradient at 0 is infinite. Keeps the result.
/// - Returns: the shape of `x`.
package func squareRoot(_ x: Variable) -> Variable {
    activation(x, .squareRoot, keeping: .result) {
        ck_square_root($0, $1, $2)
    } slope: {
        ck_square_root_gradient($0, $1, $2)
    }
}
