/// Every method, by its name in requests. The conformance suite and the description of the interface go through this list.
package enum MethodName: String, Hashable, Sendable, CaseIterable {
    case gradient
    case smoothgrad

    package var facts: MethodFacts {
        switch self {
        case .gradient: Gradient.facts
        case .smoothgrad: SmoothGrad.facts
        }
    }

    /// - Parameters:
    ///   - samples: noisy copies, one or more; methods without noise ignore it.
    ///   - levels: of the noise.
    ///   - noise: where the noise comes from.
    package func method(samples: Int, levels: NoiseLevels, noise: any NoiseSource) -> any AttributionMethod {
        switch self {
        case .gradient: Gradient()
        case .smoothgrad: SmoothGrad(samples: samples, levels: levels, noise: noise)
        }
    }
}
