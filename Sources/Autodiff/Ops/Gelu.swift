import CKernels
import Tensors

/// How the normal distribution in ``gelu(_:approximation:)`` is worked out.
package enum GeluApproximation: Hashable, Sendable, CaseIterable {
    /// Exactly: Φ(x) = (1 + erf(x / √2)) / 2.
    case none
    /// As (1 + tanh(√(2/π) · (x + 0.044715 x³))) / 2, which some networks were trained with.
    case tanh
}

/// x · Φ(x), elementwise, Φ being the normal distribution (arXiv:1606.08415). Keeps the input.
/// - Returns: the shape of `x`.
package func gelu(_ x: Variable, approximation: GeluApproximation) -> Variable {
    switch approximation {
    case .none:
        activation(x, .gelu, keeping: .input) {
            ck_gelu($0, $1, $2)
        } slope: {
            ck_gelu_gradient($0, $1, $2)
        }
    case .tanh:
        activation(x, .gelu, keeping: .input) {
            ck_gelu_tanh($0, $1, $2)
        } slope: {
            ck_gelu_tanh_gradient($0, $1, $2)
        }
    }
}
