import Cine
import Motion
import Tensors

/// A statistic of gradients over noisy copies of the input.
package struct SmoothGrad: AttributionMethod {
    /// What is taken over the gradients of the copies, element by element.
    package enum Statistic: Hashable, Sendable, CaseIterable {
        /// SmoothGrad.
        case mean
        /// SmoothGrad-squared: the mean of squares.
        case meanSquare
        /// VarGrad: the mean of squares less the square of the mean.
        case variance
    }

    private let statistic: Statistic
    private let samples: Int
    private let levels: NoiseLevels
    private let noise: any NoiseSource

    /// - Parameters:
    ///   - samples: noisy copies.
    ///   - levels: of the noise, as parts of each component's range.
    /// - Precondition: at least one sample, no level negative.
    package init(statistic: Statistic, samples: Int, levels: NoiseLevels, noise: any NoiseSource) {
        precondition(samples > 0 && NoiseComponent.allCases.allSatisfy { levels[$0] >= 0 })
        self.statistic = statistic
        self.samples = samples
        self.levels = levels
        self.noise = noise
    }

    package var facts: MethodFacts { Self.facts(statistic) }

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
        var squares = statistic == .mean ? [] : shapes.map { GradientSum($0) }
        var batch = shapes.map { GradientSum($0) }
        var batches: [[Double]] = []
        // Ten groups tell how far the shares are from settled; in each the noise averages out as in the whole, only less.
        let batchSize = max(1, (samples + 9) / 10)
        for sample in 0..<samples {
            let noisy = try gradients(input, sigma: sigma, sample: sample, score, control.parallelism)
            statistics.add(noisy.value)
            for (index, tensor) in noisy.tensors.enumerated() {
                sums[index].add(tensor, parallelism: control.parallelism)
                if statistic != .mean { squares[index].addSquares(of: tensor, parallelism: control.parallelism) }
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
        let values: [Tensor] =
            switch statistic {
            case .mean: means
            case .meanSquare: squares.map { $0.mean() }
            case .variance: zip(squares, sums).map { $0.variance(around: $1) }
            }
        return AttributionResult(
            maps: try zip(PartGradients.kinds(in: input.space), values).map {
                try AttributionMap(kind: $0, values: $1)
            },
            value: clean.value,
            sampled: SampledScore(
                samples: samples, mean: statistics.mean, standardError: statistics.standardError),
            sigma: sigma, shares: input.shares(Self.parts(means), batches: batches), completeness: nil, passes: passes)
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

extension SmoothGrad {
    static func facts(_ statistic: Statistic) -> MethodFacts {
        let copies =
            "over N copies with normal noise of standard deviation level × (max − min), in the decomposition added to first frame, flow and residual, each by its own range."
        let smilkov = "Smilkov and others: SmoothGrad: removing noise by adding noise (2017), arXiv:1706.03825"
        let adebayo = "Adebayo and others: Local Explanation Methods for Deep Neural Networks (2018), arXiv:1810.03307"
        switch statistic {
        case .mean:
            return MethodFacts(
                title: "SmoothGrad", reference: smilkov, definition: "The mean of signed gradients \(copies)",
                sign: .signed, unit: .derivative, isComplete: false, isStochastic: true)
        case .meanSquare:
            return MethodFacts(
                title: "SmoothGrad-squared",
                reference: "Hooker and others: A Benchmark for Interpretability Methods (2019), arXiv:1806.10758",
                definition: "The mean of squared gradients \(copies)", sign: .magnitude, unit: .squaredDerivative,
                isComplete: false, isStochastic: true)
        case .variance:
            return MethodFacts(
                title: "VarGrad", reference: adebayo,
                definition: "The mean of squared gradients less the square of their mean, \(copies)", sign: .magnitude,
                unit: .squaredDerivative, isComplete: false, isStochastic: true)
        }
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
