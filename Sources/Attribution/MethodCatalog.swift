package import Cine

/// Every method, by its name in requests. The conformance suite and the description of the interface go through this list.
package enum MethodName: String, Hashable, Sendable, Codable, CaseIterable {
    case gradient
    case gradientTimesInput = "gradient_times_input"
    case smoothgrad
    case smoothgradSquared = "smoothgrad_squared"
    case vargrad
    case integratedGradients = "integrated_gradients"
    case gradCAM = "gradcam"
    case lastingMotion = "lasting_motion"

    package var facts: MethodFacts {
        method(
            MethodParameters(samples: 1, tolerance: nil, levels: .none, baseline: .still, layer: ""),
            noise: PhiloxNoise(seed: 0)
        ).facts
    }

    package func method(_ parameters: MethodParameters, noise: any NoiseSource) -> any AttributionMethod {
        func smoothGrad(_ statistic: SmoothGrad.Statistic) -> SmoothGrad {
            SmoothGrad(
                statistic: statistic, samples: parameters.samples, tolerance: parameters.tolerance,
                levels: parameters.levels, noise: noise)
        }
        return switch self {
        case .gradient: Gradient()
        case .gradientTimesInput: GradientTimesInput()
        case .smoothgrad: smoothGrad(.mean)
        case .smoothgradSquared: smoothGrad(.meanSquare)
        case .vargrad: smoothGrad(.variance)
        case .integratedGradients:
            IntegratedGradients(steps: parameters.samples, baseline: parameters.baseline)
        case .gradCAM: GradCAM(layer: parameters.layer)
        case .lastingMotion: LastingMotion()
        }
    }

    /// Whether the number of samples changes what is computed: noisy copies, or steps on a way.
    package var takesSamples: Bool {
        switch self {
        case .gradient, .gradientTimesInput, .gradCAM, .lastingMotion: false
        case .smoothgrad, .smoothgradSquared, .vargrad, .integratedGradients: true
        }
    }
}

extension MethodName {
    /// The spaces in which requests may ask for it, one or more.
    package var spaces: [Space] {
        switch self {
        case .gradient, .gradientTimesInput, .smoothgrad, .smoothgradSquared, .vargrad, .integratedGradients,
            .lastingMotion:
            Space.allCases
        case .gradCAM: [.pixels]
        }
    }

    /// Those that make maps of first frame, flow and residual.
    package static var ofParts: [MethodName] { allCases.filter { $0.spaces.contains(.decomposition) } }

    /// The maps that a method makes in a space.
    package func kinds(in space: Space) -> [MapKind] {
        switch self {
        case .gradient, .gradientTimesInput, .smoothgrad, .smoothgradSquared, .vargrad, .integratedGradients,
            .lastingMotion:
            PartGradients.kinds(in: space)
        case .gradCAM: [.layer]
        }
    }
}

/// What methods may be told; each takes what concerns it.
package struct MethodParameters: Hashable, Sendable {
    /// Noisy copies, or steps of integrated gradients; one or more.
    package var samples: Int
    /// Of methods with noise: the relative standard error of the mean gradient at which sampling ends; nil takes all samples.
    package var tolerance: Double?
    package var levels: NoiseLevels
    /// Of integrated gradients.
    package var baseline: IntegratedGradients.Baseline
    /// Of Grad-CAM.
    package var layer: String

    package init(
        samples: Int, tolerance: Double?, levels: NoiseLevels, baseline: IntegratedGradients.Baseline, layer: String
    ) {
        self.samples = samples
        self.tolerance = tolerance
        self.levels = levels
        self.baseline = baseline
        self.layer = layer
    }
}
