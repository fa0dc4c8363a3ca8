import CKernels
import Tensors

/// x · sigmoid(x), elementwise; also called swish (doi:10.1016/j.neunet.2017.12.012). Keeps the input.
///
/// - Returns: the shape of `x`.
package func silu(_ x: Variable) -> Variable {
    activation(x, .silu, keeping: .input) {
        ck_silu($0, $1, $2)
    } slope: {
        ck_silu_gradient($0, $1, $2)
    }
}
