package import Attribution
package import Models
import Motion
package import Video

/// A request with every default filled in for one model: what is done, and what goes into the provenance.
package struct ExplainPlan: Hashable, Sendable {
    /// Of the whole clip: of all windows together.
    package let sampling: ClipSampling
    /// Of a DICOM object's frames.
    package let framing: ClipFraming
    /// The windows that the model sees the clip by; a single one is the clip.
    package let windows: WindowLayout
    /// Whether windows were asked for, be it that one is enough.
    package let hasWindows: Bool
    package let target: Target
    package let method: MethodName
    package let space: Space
    /// Noisy copies, or steps of integrated gradients; 1 for methods that take neither.
    package let samples: Int
    /// Of integrated gradients.
    package let baseline: IntegratedGradients.Baseline
    /// Of Grad-CAM; nil for the network's last one until ``resolved(for:)``, and for other methods.
    package private(set) var layer: String?
    package let levels: NoiseLevels
    package let seed: UInt64
    /// The relative standard error of the mean gradient at which sampling ends; nil takes all samples.
    package let tolerance: Double?
    package let flow: FlowChoice
    package let vectors: VectorOptions
    package let trajectories: TrajectoryOptions
    package let checks: [ExplainRequest.Check]

    /// The method with its parameters, for the first window.
    package var attribution: any AttributionMethod { attribution(window: 0) }

    /// For a window: its noise depends on seed, window and sample alone.
    package func attribution(window: Int) -> any AttributionMethod {
        method.method(
            MethodParameters(
                samples: samples, tolerance: tolerance, levels: levels, baseline: baseline, layer: layer ?? ""),
            noise: ShiftedNoise(PhiloxNoise(seed: seed), by: window * samples))
    }

    package static let sampleLimit = 10_000

    /// For a video that is not known yet: of a request for windows without their number it has one.
    /// - Throws: ``ExplainError/invalidRequest(_:)`` for numbers outside their range.
    package init(_ request: ExplainRequest, manifest: ModelManifest) throws {
        try self.init(request, manifest: manifest, length: nil)
    }

    /// - Parameter length: of the video, by which the number of windows is known; nil when it is not known yet.
    /// - Throws: ``ExplainError/invalidRequest(_:)`` for numbers outside their range.
    package init(_ request: ExplainRequest, manifest: ModelManifest, length: VideoLength?) throws {
        func check(_ path: String, _ value: Int?, _ range: ClosedRange<Int>) throws {
            guard let value, !range.contains(value) else { return }
            throw ExplainError.invalidRequest(
                DocumentError(
                    path: path,
                    reason: "expected a whole number from \(range.lowerBound) to \(range.upperBound), not \(value)"))
        }
        try check("clip.start", request.clip.start, 0...100_000_000)
        try check("clip.frames", request.clip.frames, 1...4096)
        try check("clip.period", request.clip.period, 1...100_000)
        try check("samples", request.samples, 1...Self.sampleLimit)
        var sampling = ClipSampling(
            start: request.clip.start ?? 0, frames: request.clip.frames ?? manifest.input.frames,
            period: request.clip.period ?? manifest.input.period, padding: request.clip.padding ?? .refuse)
        // A period that is asked for counts the video's frames.
        sampling.frameRate = request.clip.period == nil ? manifest.input.frameRate : nil
        framing = manifest.input.preparation.framing
        let available = try length.map { try sampling.places(in: $0).count(of: $0.frames) }
        hasWindows = request.windows != nil
        windows =
            try request.windows?.layout(frames: sampling.frames, available: available)
            ?? WindowLayout(single: sampling.frames)
        sampling.frames = windows.clipFrames
        self.sampling = sampling
        target = request.target ?? .predicted
        method = request.method ?? .smoothgrad
        space = try Self.space(request.space, of: method)
        samples = method.takesSamples ? request.samples ?? 50 : 1
        baseline = request.baseline ?? .still
        guard request.layer == nil || method == .gradCAM else {
            throw ExplainError.invalidRequest(
                DocumentError(path: "layer", reason: "only the method \(MethodName.gradCAM.rawValue) takes a layer"))
        }
        layer = request.layer
        levels = try Self.levels(request.noise, stochastic: method.facts.isStochastic)
        seed = request.seed ?? 1
        if let tolerance = request.tolerance, !(tolerance > 0 && tolerance <= 1) {
            throw ExplainError.invalidRequest(
                DocumentError(
                    path: "tolerance",
                    reason: "expected a relative standard error above 0 and up to 1, such as 0.05, not \(tolerance)"))
        }
        tolerance = method.facts.isStochastic ? request.tolerance : nil
        flow = request.flow ?? .farneback(.standard)
        if case .given = flow, space != .decomposition {
            throw ExplainError.invalidRequest(
                DocumentError(
                    path: "flow",
                    reason:
                        "\(method.rawValue) in \(space.rawValue) uses no flow: leave it out, or ask for the space \(Space.decomposition.rawValue)"
                ))
        }
        vectors = request.vectors ?? VectorOptions()
        trajectories = request.trajectories ?? TrajectoryOptions()
        checks = request.checks ?? ExplainRequest.Check.allCases
        if space == .decomposition, windows.frames < 2 { throw ExplainError.nothingMoves(frames: windows.frames) }
    }

    /// The same with the layer's name that the network knows.
    /// - Throws: `ModelError/unknownLayer(_:known:)`.
    package func resolved(for network: Network) throws -> ExplainPlan {
        guard method == .gradCAM else { return self }
        var plan = self
        plan.layer = try network.layerName(layer)
        return plan
    }

    /// - Throws: ``ExplainError/invalidRequest(_:)`` when the method has nothing to say there.
    private static func space(_ space: Space?, of method: MethodName) throws -> Space {
        let known = method.spaces
        guard let space else { return known.contains(.decomposition) ? .decomposition : known[0] }
        guard known.contains(space) else {
            let names = known.map(\.rawValue).joined(separator: ", ")
            throw ExplainError.invalidRequest(
                DocumentError(
                    path: "space",
                    reason:
                        "\(method.rawValue) ends at a layer, before it reaches the parts of the clip: it takes \(names), not \(space.rawValue)"
                ))
        }
        return space
    }

    private static func levels(_ noise: ExplainRequest.Noise?, stochastic: Bool) throws -> NoiseLevels {
        let standard = NoiseLevels.standard
        let levels: NoiseLevels
        switch noise {
        case nil: levels = standard
        case .uniform(let level): levels = NoiseLevels(pixels: level, firstFrame: level, flow: level, error: level)
        case .perComponent(let pixels, let firstFrame, let flow, let error):
            levels = NoiseLevels(
                pixels: pixels ?? standard.pixels, firstFrame: firstFrame ?? standard.firstFrame,
                flow: flow ?? standard.flow, error: error ?? standard.error)
        }
        for component in NoiseComponent.allCases where !(0...10).contains(levels[component]) {
            let path =
                switch noise {
                case nil, .uniform: "noise"
                case .perComponent: "noise.\(component.name)"
                }
            throw ExplainError.invalidRequest(
                DocumentError(path: path, reason: "a level is a part of the range of values, from 0 to 10"))
        }
        return stochastic ? levels : .none
    }

    /// Frames that the model takes at once.
    package var windowFrames: Int { windows.frames }
    package var windowCount: Int { windows.count }

    /// Passes forward and backward, for progress: those of the method, and those of the control, for every window.
    package var passes: Int { attributionPasses + (checks.contains(.randomisation) ? controlPasses : 0) }
    /// Of the method.
    package var attributionPasses: Int { windows.count * attribution.passes }
    /// Of the control.
    private var controlPasses: Int { windows.count * RandomisationCheck.passes }
}

extension InputContract.Preparation {
    package var framing: ClipFraming {
        switch self {
        case .region: .region
        case .echoNet: .echoNet
        }
    }
}

extension NoiseComponent {
    /// As requests name it.
    fileprivate var name: String {
        switch self {
        case .firstFrame: "first_frame"
        case .flow: "flow"
        case .error: "error"
        case .pixels: "pixels"
        }
    }
}
