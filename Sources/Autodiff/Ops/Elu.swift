import CKernels
import Tensors

/// The exponential linear units: scale · x above zero, alpha · (exp(x / width) - 1) elsewhere, elementwise. Keeps the input.
///
/// ELU (arXiv:1511.07289) has width and scale 1; CELU (arXiv:1704.07483) has alpha for its width; SELU (arXiv:1706.02515) scales both sides.
/// - Returns: the shape of `x`.
package func elu(_ x: Variable, alpha: Float, width: Float, scale: Float) -> Variable {
    activation(x, .elu, keeping: .input) {
        ck_elu($0, alpha, width, scale, $1, $2)
    } slope: {
        ck_elu_gradient($0, $1, alpha, width, scale, $2)
    }
}
