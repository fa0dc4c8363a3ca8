import CKernels
import Tensors

/// ln(1 + eˣ), elementwise, without overflow. Keeps the input.
/// - Returns: the shape of `x`.
package func softplus(_ x: Variable) -> Variable {
    activation(x, .softplus, keeping: .input) {
        ck_softplus($0, $1, $2)
    } slope: {
        ck_softplus_gradient($0, $1, $2)
    }
}
