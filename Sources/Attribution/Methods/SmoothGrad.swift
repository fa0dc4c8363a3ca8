import Cine
import Motion
import Tensors

/// The mean of gradients over noisy copies of the input.
package struct SmoothGrad: AttributionMethod {
    package static let facts = MethodFacts(
        title: "SmoothGrad",
        reference: "Smilkov and others: SmoothGrad: removing noise by adding noise (2017), arXiv:1706.03825",
        definition:
            "The mean of signed gradients over N copies with normal noise of standard deviation level × (max − min), in the decomposition added to first frame, flow and residual, each by its own range.",
        sign: .signed, isComplete: false, isStochastic: true)

    private let samples: Int
    private let levels: NoiseLevels
    private let noise: any NoiseSource

    /// - Parameters:
    ///   - samples: noisy copies.
    ///   - levels: of the noise, as parts of each component's range.
    /// - Precondition: at least one sample, no level negative.
    package init(samples: Int, levels: NoiseLevels, noise: any NoiseSource) {
        precondition(samples > 0 && NoiseComponent.allCases.allSatisfy { levels[$0] >= 0 })
        self.samples = samples
        self.levels = levels
        self.noise = noise
    }

    /// One at the input itself, and one a sample.
    package var passes: Int { samples + 1 }

    package func attribute(
        _ input: AttributionInput, to score: Score, control: RunControl
    ) throws -> AttributionResult {
        let sigma = sigma(for: input)
        let clean = try gradients(input, sigma: .none, sample: 0, score, control.parallelism)
        var statistics = SampleStatistics()
        try control.report(progress(1, clean.value, statistics))

        let shapes = clean.tensors.map(\.shape)
        var sums = shapes.map { GradientSum($0) }
        var batch = shapes.map { GradientSum($0) }
        var batches: [[Double]] = []
        // Ten groups tell how far the shares are from settled; in each the noise averages out as in the whole, only less.
        let batchSize = max(1, (samples + 9) / 10)
        for sample in 0..<samples {
            let noisy = try gradients(input, sigma: sigma, sample: sample, score, control.parallelism)
            statistics.add(noisy.value)
            for (index, tensor) in noisy.tensors.enumerated() {
                sums[index].add(tensor, parallelism: control.parallelism)
                if noisy.parts != nil { batch[index].add(tensor, parallelism: control.parallelism) }
            }
            if case .decomposition(let decomposition) = input, (sample + 1) % batchSize == 0 || sample + 1 == samples {
                if batch[0].terms == batchSize, let parts = Self.parts(batch.map { $0.mean() }) {
                    batches.append(Shares.fractions(gradients: parts, parts: decomposition.parts))
                }
                batch = shapes.map { GradientSum($0) }
            }
            try control.report(progress(sample + 2, clean.value, statistics))
        }
        let means = sums.map { $0.mean() }
        return AttributionResult(
            maps: try zip(PartGradients.kinds(in: input.space), means).map { try AttributionMap(kind: $0, values: $1) },
            value: clean.value,
            sampled: SampledScore(
                samples: samples, mean: statistics.mean, standardError: statistics.standardError),
            sigma: sigma, shares: input.shares(Self.parts(means), batches: batches), passes: passes)
    }

    private func progress(_ completed: Int, _ clean: Double, _ statistics: SampleStatistics) -> RunProgress {
        RunProgress(
            completed: completed, total: passes, value: statistics.count > 0 ? statistics.mean : clean,
            standardError: statistics.standardError)
    }

    /// The standard deviations for this input, in each component's unit.
    private func sigma(for input: AttributionInput) -> NoiseLevels {
        var sigma = NoiseLevels.none
        switch input {
        case .pixels(let clip): sigma.pixels = levels.pixels * clip.range
        case .decomposition(let decomposition):
            sigma.firstFrame = levels.firstFrame * decomposition.firstFrame.range
            sigma.flow = levels.flow * decomposition.flow.range
            sigma.error = levels.error * decomposition.error.range
        }
        return sigma
    }

    private func gradients(
        _ input: AttributionInput, sigma: NoiseLevels, sample: Int, _ score: Score, _ parallelism: Parallelism
    ) throws -> PartGradients {
        func noisy(_ tensor: Tensor, _ component: NoiseComponent) -> Tensor {
            tensor.adding(
                noise, component: component, sample: sample, sigma: sigma[component], parallelism: parallelism)
        }
        switch input {
        case .pixels(let clip):
            return try PartGradients(score, at: noisy(clip, .pixels), parallelism: parallelism)
        case .decomposition(let decomposition):
            let parts = DecompositionParts(
                firstFrame: noisy(decomposition.firstFrame, .firstFrame), flow: noisy(decomposition.flow, .flow),
                error: noisy(decomposition.error, .error))
            return try PartGradients(score, at: parts, parallelism: parallelism)
        }
    }

    /// The tensors of ``PartGradients`` as parts; nil in pixels.
    private static func parts(_ tensors: [Tensor]) -> DecompositionParts? {
        guard tensors.count == 4 else { return nil }
        return DecompositionParts(firstFrame: tensors[1], flow: tensors[2], error: tensors[3])
    }
}

/// Mean and standard error of the score over samples (Welford's recurrence).
private struct SampleStatistics {
    private(set) var count = 0
    private(set) var mean = 0.0
    private var squares = 0.0

    mutating func add(_ value: Double) {
        count += 1
        let before = value - mean
        mean += before / Double(count)
        squares += before * (value - mean)
    }

    var standardError: Double? {
        count > 1 ? (max(squares, 0) / Double(count - 1) / Double(count)).squareRoot() : nil
    }
}
