/// The estimators that a request may name. The raw values are the names in the HTTP interface.
package enum FlowEstimatorKind: String, Hashable, Sendable, CaseIterable, Codable {
    case farneback
    case dis
    /// No flow: the control.
    case zero

    /// The estimator with its standard parameters.
    package func make() -> any FlowEstimator {
        switch self {
        case .farneback: Farneback(parameters: .standard)
        case .dis: DenseInverseSearch(preset: .medium)
        case .zero: ZeroFlow()
        }
    }
}
