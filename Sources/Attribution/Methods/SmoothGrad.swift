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
    private let tolerance: Double?
    private let levels: NoiseLevels
    private let noise: any NoiseSource

    /// Before so many samples no tolerance is taken as reached: the estimate of the error is too rough itself.
    static let fewestSamples = 8

    /// - Parameters:
    ///   - samples: noisy copies, at most.
    ///   - tolerance: ends the sampling when the mean gradient's relative standard error (``SamplingFacts/mapError``) is no larger; nil takes all.
    ///   - levels: of the noise, as parts of each component's range.
    /// - Precondition: at least one sample, no level negative.
    package init(
        statistic: Statistic, samples: Int, tolerance: Double?, levels: NoiseLevels, noise: any NoiseSource
    ) {
        precondition(samples > 0 && NoiseComponent.allCases.allSatisfy { levels[$0] >= 0 })
        self.statistic = statistic
        self.samples = samples
        self.tolerance = tolerance
        self.levels = levels
        self.noise = noise
    }

    package var facts: MethodFacts { Self.facts(statistic) }

    /// One at the input itself, and one a sample.
    package var passes: Int { samples + 1 }

    package func bytes(_ extents: AttributionExtents, pass: Int) -> Int {
        // The gradients at the input and the first noisy clip stay; sums are kept of all samples, of every second and of a batch, where squares are
        // wanted of the first two twice.
        let each = statistic == .mean ? 1 : 2
        let lasting = extents.gradientBytes + extents.clipBytes + (2 * each + 1) * extents.sumBytes
        // A sample's point and pass; then its gradients beside the batch's means and the sums of the next batch.
        let sample =
            extents.pointBytes
            + max(
                extents.passBytes(pass),
                extents.gradientBytes + max(extents.clipBytes, extents.gradientBytes + extents.sumBytes))
        // Maps of all samples and of both halves, the other half's sums, and the means for the shares.
        let end = 4 * extents.gradientBytes + each * extents.sumBytes
        return lasting + max(sample, end)
    }

    package func attribute(
        _ input: AttributionInput, to score: Score, control: RunControl
    ) throws -> AttributionResult {
        let sigma = sigma(for: input)
        let parallelism = control.parallelism
        let clean = try gradients(noisy(input, .none, sample: 0, parallelism), score, parallelism)
        var statistics = SampleStatistics()
        try control.report(progress(1, clean.value, statistics, mapError: nil))

        let shapes = clean.tensors.map(\.shape)
        var all = SampleSums(shapes, statistic)
        var even = SampleSums(shapes, statistic)
        var batch = SampleSums(shapes, .mean)
        var batches: [[Double]] = []
        var noisyClip: Tensor?
        var mapError: Double?
        // Ten groups tell how far the shares are from settled; in each the noise averages out as in the whole, only less.
        let batchSize = max(1, (samples + 9) / 10)
        func partial() throws -> PartialMaps {
            PartialMaps(samples: statistics.count, windows: 0, maps: try all.maps(input.space))
        }
        do {
            for sample in 0..<samples {
                let point = noisy(input, sigma, sample: sample, parallelism)
                let gradients = try gradients(point, score, parallelism)
                if sample == 0 { noisyClip = try point.clip(parallelism) }
                statistics.add(gradients.value)
                all.add(gradients.tensors, parallelism)
                if sample % 2 == 0 { even.add(gradients.tensors, parallelism) }
                if case .decomposition(let decomposition) = input {
                    batch.add(gradients.tensors, parallelism)
                    if batch.terms == batchSize, let parts = Self.parts(batch.values) {
                        batches.append(Shares.fractions(gradients: parts, parts: decomposition.parts))
                        batch = SampleSums(shapes, .mean)
                    }
                }
                // Halves of equal size; the last of an odd number changes little.
                if sample % 2 == 1 { mapError = all.sums[0].relativeStandardError(half: even.sums[0]) }
                try control.report(progress(sample + 2, clean.value, statistics, mapError: mapError))
                if let tolerance, let mapError, mapError <= tolerance, sample + 1 >= Self.fewestSamples { break }
                if sample + 1 < samples { try control.keeper?.offer(partial) }
            }
        } catch {
            if statistics.count > 0 { control.keeper?.leave(partial) }
            throw error
        }
        let maps = try all.maps(input.space)
        return AttributionResult(
            maps: maps, value: clean.value,
            sampling: SamplingFacts(
                samples: statistics.count, mean: statistics.mean, standardError: statistics.standardError,
                mapError: mapError, sigma: sigma,
                halves: statistics.count > 1
                    ? (try even.maps(input.space), try all.without(even).maps(input.space)) : nil,
                noisyClip: noisyClip ?? clean.pixels),
            shares: input.shares(Self.parts(all.sums.map { $0.mean() }), batches: batches), completeness: nil,
            passes: statistics.count + 1)
    }

    private func progress(
        _ completed: Int, _ clean: Double, _ statistics: SampleStatistics, mapError: Double?
    ) -> RunProgress {
        RunProgress(
            completed: completed, total: passes, value: statistics.count > 0 ? statistics.mean : clean,
            standardError: statistics.standardError, mapError: mapError)
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

    /// A point of the input's space with noise on it.
    private enum Point {
        case pixels(Tensor)
        case parts(DecompositionParts)

        func clip(_ parallelism: Parallelism) throws -> Tensor {
            switch self {
            case .pixels(let clip): clip
            case .parts(let parts):
                try Decomposition.reconstruction(
                    firstFrame: parts.firstFrame, flow: parts.flow, residual: parts.error, parallelism: parallelism)
            }
        }
    }

    private func noisy(
        _ input: AttributionInput, _ sigma: NoiseLevels, sample: Int, _ parallelism: Parallelism
    ) -> Point {
        func noisy(_ tensor: Tensor, _ component: NoiseComponent) -> Tensor {
            tensor.adding(
                noise, component: component, sample: sample, sigma: sigma[component], parallelism: parallelism)
        }
        switch input {
        case .pixels(let clip): return .pixels(noisy(clip, .pixels))
        case .decomposition(let decomposition):
            return .parts(
                DecompositionParts(
                    firstFrame: noisy(decomposition.firstFrame, .firstFrame), flow: noisy(decomposition.flow, .flow),
                    error: noisy(decomposition.error, .error)))
        }
    }

    private func gradients(_ point: Point, _ score: Score, _ parallelism: Parallelism) throws -> PartGradients {
        switch point {
        case .pixels(let clip): try PartGradients(score, at: clip, parallelism: parallelism)
        case .parts(let parts): try PartGradients(score, at: parts, parallelism: parallelism)
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

/// What is summed over samples, array by array.
private struct SampleSums {
    let statistic: SmoothGrad.Statistic
    private(set) var sums: [GradientSum]
    /// Empty for the mean.
    private var squares: [GradientSum]

    init(_ shapes: [Shape], _ statistic: SmoothGrad.Statistic) {
        self.statistic = statistic
        sums = shapes.map { GradientSum($0) }
        squares = statistic == .mean ? [] : sums
    }

    var terms: Int { sums[0].terms }

    mutating func add(_ gradients: [Tensor], _ parallelism: Parallelism) {
        for (index, gradient) in gradients.enumerated() {
            sums[index].add(gradient, parallelism: parallelism)
            if statistic != .mean { squares[index].addSquares(of: gradient, parallelism: parallelism) }
        }
    }

    func without(_ part: SampleSums) -> SampleSums {
        var rest = self
        rest.sums = zip(sums, part.sums).map { $0.without($1) }
        rest.squares = zip(squares, part.squares).map { $0.without($1) }
        return rest
    }

    var values: [Tensor] {
        switch statistic {
        case .mean: sums.map { $0.mean() }
        case .meanSquare: squares.map { $0.mean() }
        case .variance: zip(squares, sums).map { $0.variance(around: $1) }
        }
    }

    func maps(_ space: Space) throws -> [AttributionMap] {
        try zip(PartGradients.kinds(in: space), values).map { try AttributionMap(kind: $0, values: $1) }
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
