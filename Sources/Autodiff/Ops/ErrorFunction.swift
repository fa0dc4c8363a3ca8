import CKernels
import Tensors

/// erf(x) = 2/√π ∫₀ˣ exp(-t²) dt, elementwise. Keeps the input.
/// - Returns: the shape of `x`.
package func errorFunction(_ x: Variable) -> Variable {
    activation(x, .errorFunction, keeping: .input) {
        ck_error_function($0, $1, $2)
    } slope: {
        ck_error_function_gradient($0, $1, $2)
    }
}
