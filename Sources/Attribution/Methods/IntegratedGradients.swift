import Cine
import Motion
import Tensors

/// Gradients averaged along the straight way from a baseline to the input, times that way.
package struct IntegratedGradients: AttributionMethod {
    /// What the input is compared with.
    package enum Baseline: String, Hashable, Sendable, CaseIterable {
        /// Zero intensities; in the decomposition zero for first frame, flow and residual.
        case black
        /// The first frame standing still: no flow and no residual. In pixels the first frame repeated.
        case still
        /// Without detail: every frame blurred by a Gaussian of a sixteenth of the longer side; in the decomposition first frame and residual
        /// blurred, and the flow kept.
        case blurred

        var words: String {
            switch self {
            case .black: "a black clip"
            case .still: "the first frame standing still"
            case .blurred: "the clip without detail"
            }
        }
    }

    private let steps: Int
    private let baseline: Baseline

    /// - Parameter steps: points on the way, at the middles of as many equal pieces.
    /// - Precondition: at least one step.
    package init(steps: Int, baseline: Baseline) {
        precondition(steps > 0)
        self.steps = steps
        self.baseline = baseline
    }

    package var facts: MethodFacts { Self.facts(baseline) }

    static func facts(_ baseline: Baseline) -> MethodFacts {
        MethodFacts(
            title: "Integrated gradients",
            reference: "Sundararajan, Taly, Yan: Axiomatic Attribution for Deep Networks (2017), arXiv:1703.01365",
            definition:
                "The mean of gradients at the middles of N pieces of the straight way from \(baseline.words) to the input, in the space's variables, times the difference of the two.",
            sign: .signed, unit: .contribution, isComplete: true, isStochastic: false)
    }

    /// One at the input, one at the baseline, one a step.
    package var passes: Int { steps + 2 }

    package func bytes(_ extents: AttributionExtents, pass: Int) -> Int {
        // The start of the path, the gradients at its ends and the sums stay.
        let lasting = extents.pointBytes + 2 * extents.gradientBytes + extents.sumBytes
        let step = extents.pointBytes + extents.passBytes(pass)
        // Means, differences with both reconstructions, and contributions.
        let end = 3 * extents.gradientBytes + 2 * extents.clipBytes
        return lasting + max(step, end)
    }

    package func attribute(
        _ input: AttributionInput, to score: Score, control: RunControl
    ) throws -> AttributionResult {
        let parallelism = control.parallelism
        func report(_ completed: Int, _ value: Double) throws {
            try control.report(
                RunProgress(completed: completed, total: passes, value: value, standardError: nil, mapError: nil))
        }
        let path = Path(input, baseline: baseline)
        let end = try path.gradients(at: 1, score, parallelism)
        try report(1, end.value)
        let start = try path.gradients(at: 0, score, parallelism)
        try report(2, end.value)
        var sums = end.tensors.map { GradientSum($0.shape) }
        for step in 0..<steps {
            let gradients = try path.gradients(at: (Float(step) + 0.5) / Float(steps), score, parallelism)
            for (index, tensor) in gradients.tensors.enumerated() { sums[index].add(tensor, parallelism: parallelism) }
            try report(step + 3, end.value)
        }
        let means = sums.map { $0.mean() }
        let contributions = try zip(means, path.differences(parallelism)).map { $0.multiplied(by: $1) }
        let kinds = PartGradients.kinds(in: input.space)
        // In the decomposition the parts are the variables; the pixels' map follows from another way and is not counted.
        let counted = input.space == .pixels ? contributions[...] : contributions[1...]
        let parts = means.count == 4 ? DecompositionParts(firstFrame: means[1], flow: means[2], error: means[3]) : nil
        return AttributionResult(
            maps: try zip(kinds, contributions).map { try AttributionMap(kind: $0, values: $1) }, value: end.value,
            sampling: nil, shares: input.shares(parts, batches: []),
            completeness: Completeness(
                baseline: baseline.words, difference: end.value - start.value,
                sum: counted.reduce(0) { $0 + $1.sum }, parts: counted.count == 3 ? counted.map(\.sum) : nil),
            passes: passes)
    }

    /// The straight way in the variables of a space.
    private enum Path {
        case pixels(from: Tensor, to: Tensor)
        case parts(from: DecompositionParts, to: DecompositionParts)

        init(_ input: AttributionInput, baseline: Baseline) {
            func zeros(_ tensor: Tensor) -> Tensor { Tensor(shape: tensor.shape, repeating: 0) }
            switch (input, baseline) {
            case (.pixels(let clip), .black): self = .pixels(from: zeros(clip), to: clip)
            case (.pixels(let clip), .still): self = .pixels(from: clip.firstFrameRepeated, to: clip)
            case (.pixels(let clip), .blurred): self = .pixels(from: clip.blurredFrames, to: clip)
            case (.decomposition(let decomposition), .black):
                let parts = decomposition.parts
                self = .parts(
                    from: DecompositionParts(
                        firstFrame: zeros(parts.firstFrame), flow: zeros(parts.flow), error: zeros(parts.error)),
                    to: parts)
            case (.decomposition(let decomposition), .still):
                let parts = decomposition.parts
                self = .parts(
                    from: DecompositionParts(
                        firstFrame: parts.firstFrame, flow: zeros(parts.flow), error: zeros(parts.error)), to: parts)
            case (.decomposition(let decomposition), .blurred):
                let parts = decomposition.parts
                self = .parts(
                    from: DecompositionParts(
                        firstFrame: parts.firstFrame.blurredFrames, flow: parts.flow, error: parts.error.blurredFrames),
                    to: parts)
            }
        }

        func gradients(at place: Float, _ score: Score, _ parallelism: Parallelism) throws -> PartGradients {
            switch self {
            case .pixels(let from, let to):
                return try PartGradients(score, at: from.moved(towards: to, part: place), parallelism: parallelism)
            case .parts: return try PartGradients(score, at: parts(at: place), parallelism: parallelism)
            }
        }

        private func parts(at place: Float) -> DecompositionParts {
            guard case .parts(let from, let to) = self else { preconditionFailure("a way in pixels has no parts") }
            return DecompositionParts(
                firstFrame: from.firstFrame.moved(towards: to.firstFrame, part: place),
                flow: from.flow.moved(towards: to.flow, part: place),
                error: from.error.moved(towards: to.error, part: place))
        }

        /// What each map is multiplied by, in the order of ``PartGradients/tensors``.
        func differences(_ parallelism: Parallelism) throws -> [Tensor] {
            switch self {
            case .pixels(let from, let to): return [to.minus(from)]
            case .parts(let from, let to):
                func clip(_ parts: DecompositionParts) throws -> Tensor {
                    try Decomposition.reconstruction(
                        firstFrame: parts.firstFrame, flow: parts.flow, residual: parts.error, parallelism: parallelism)
                }
                return [
                    try clip(to).minus(clip(from)), to.firstFrame.minus(from.firstFrame), to.flow.minus(from.flow),
                    to.error.minus(from.error),
                ]
            }
        }
    }
}

extension Tensor {
    /// Of a clip `[C, T, H, W]`: its first frame in every frame.
    fileprivate var firstFrameRepeated: Tensor {
        let area = shape[2] * shape[3]
        return withUnsafeValues { values in
            Tensor(uninitialized: shape) { still in
                for index in still.indices {
                    let channel = index / (shape[1] * area)
                    still[index] = values[channel * shape[1] * area + index % area]
                }
            }
        }
    }
}
