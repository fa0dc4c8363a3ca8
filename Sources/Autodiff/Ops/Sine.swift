import CKernels
import Tensors

/// sin x, elementwise, x in radians. Keeps the input.
/// - Returns: the shape of `x`.
package func sine(_ x: Variable) -> Variable {
    activation(x, .sine, keeping: .input) {
        ck_sine($0, $1, $2)
    } slope: {
        ck_sine_gradient($0, $1, $2)
    }
}
