import Attribution
import Cine
import Motion
import Synchronization
import Tensors
import TestSupport
import Testing

/// The properties that noise has.
@Suite struct SmoothGradTests {
    @Test("The variance of the mean over n samples falls as 1/n")
    func variance() throws {
        let shape = KnownInput.shape
        let score = KnownScore.curved(KnownScore.weights(shape))
        let input = try KnownInput.input(.pixels)
        func spread(samples: Int) throws -> Double {
            let runs = try (0..<12).map { run in
                try SmoothGrad(
                    statistic: .mean, samples: samples, tolerance: nil, levels: .standard,
                    noise: PhiloxNoise(seed: UInt64(100 + run))
                )
                .attribute(input, to: score, control: KnownInput.silent).maps[0].values.values
            }
            var total = 0.0
            for index in runs[0].indices {
                let values = runs.map { Double($0[index]) }
                let mean = values.reduce(0, +) / Double(values.count)
                total += values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
            }
            return total
        }
        // 1080 independent elements with 11 degrees of freedom each: the ratio is known to about 2 %.
        let ratio = try spread(samples: 4) / spread(samples: 16)
        #expect(abs(ratio - 4) < 0.4)
    }

    @Test("Each component gets noise of its own range, and the standard deviation is reported")
    func sigma() throws {
        let input = try KnownInput.input(.decomposition)
        guard case .decomposition(let decomposition) = input else { return }
        let levels = NoiseLevels(pixels: 9, firstFrame: 0.1, flow: 0.2, error: 0.3)
        let result = try SmoothGrad(
            statistic: .mean, samples: 1, tolerance: nil, levels: levels, noise: PhiloxNoise(seed: 1)
        )
        .attribute(
            input, to: KnownScore.linear(KnownScore.weights(KnownInput.shape)), control: KnownInput.silent)
        func range(_ tensor: Tensor) -> Double {
            Double(tensor.values.max() ?? 0) - Double(tensor.values.min() ?? 0)
        }
        let sigma = try #require(result.sampling).sigma
        #expect(sigma.pixels == 0)
        #expect(abs(sigma.firstFrame - 0.1 * range(decomposition.firstFrame)) < 1e-9)
        #expect(abs(sigma.flow - 0.2 * range(decomposition.flow)) < 1e-9)
        #expect(abs(sigma.error - 0.3 * range(decomposition.error)) < 1e-9)
        #expect(result.sampling?.samples == 1 && result.sampling?.standardError == nil)
    }

    @Test("More samples extend fewer: the mean of n is made of the same first samples")
    func prefix() throws {
        let score = KnownScore.curved(KnownScore.weights(KnownInput.shape))
        let input = try KnownInput.input(.pixels)
        func map(samples: Int) throws -> [Float] {
            try SmoothGrad(
                statistic: .mean, samples: samples, tolerance: nil, levels: .standard, noise: PhiloxNoise(seed: 5)
            )
            .attribute(input, to: score, control: KnownInput.silent).maps[0].values.values
        }
        let (one, two) = (try map(samples: 1), try map(samples: 2))
        struct Second: NoiseSource {
            func fill(
                _ destination: UnsafeMutableBufferPointer<Float>, component: NoiseComponent, sample: Int,
                range: Range<Int>
            ) {
                PhiloxNoise(seed: 5).fill(destination, component: component, sample: sample + 1, range: range)
            }
        }
        let second = try SmoothGrad(statistic: .mean, samples: 1, tolerance: nil, levels: .standard, noise: Second())
            .attribute(input, to: score, control: KnownInput.silent).maps[0].values.values
        for index in one.indices {
            let mean = Float((Double(one[index]) + Double(second[index])) / 2)
            #expect(two[index] == mean)
        }
    }

    @Test("Sampling ends when the mean's error is small enough, and the map is that of so many samples")
    func tolerance() throws {
        let score = KnownScore.curved(KnownScore.weights(KnownInput.shape))
        let input = try KnownInput.input(.pixels)
        func run(samples: Int, tolerance: Double?) throws -> AttributionResult {
            try SmoothGrad(
                statistic: .mean, samples: samples, tolerance: tolerance, levels: .standard, noise: PhiloxNoise(seed: 2)
            ).attribute(input, to: score, control: KnownInput.silent)
        }
        let early = try run(samples: 400, tolerance: 0.05)
        let taken = try #require(early.sampling).samples
        #expect(taken >= 8 && taken < 400 && early.passes == taken + 1)
        #expect(try #require(early.sampling?.mapError) <= 0.05)
        let whole = try run(samples: taken, tolerance: nil)
        #expect(whole.maps[0].values.values == early.maps[0].values.values)
        // Two halves tell the error of a mean: it falls as one over the root of the samples.
        let few = try #require(try run(samples: 20, tolerance: nil).sampling?.mapError)
        let many = try #require(try run(samples: 320, tolerance: nil).sampling?.mapError)
        #expect(abs(few / many - 4) < 1)
        #expect(try run(samples: 12, tolerance: 1e-9).sampling?.samples == 12)
    }

    @Test("The halves are the means of every other sample")
    func halves() throws {
        let score = KnownScore.curved(KnownScore.weights(KnownInput.shape))
        let input = try KnownInput.input(.decomposition)
        func maps(_ samples: Int) throws -> AttributionResult {
            try SmoothGrad(
                statistic: .mean, samples: samples, tolerance: nil, levels: .standard, noise: PhiloxNoise(seed: 2)
            ).attribute(input, to: score, control: KnownInput.silent)
        }
        let halves = try #require(try maps(3).sampling?.halves)
        let (one, two, three) = (try maps(1), try maps(2), try maps(3))
        for kind in halves.odd.indices {
            let (a, ab, abc) = (
                one.maps[kind].values.values, two.maps[kind].values.values, three.maps[kind].values.values
            )
            let (even, odd) = (halves.even[kind].values.values, halves.odd[kind].values.values)
            let scale = abc.map(abs).max() ?? 0
            for index in a.indices {
                #expect(abs(odd[index] - (2 * ab[index] - a[index])) <= 1e-5 * scale)
                #expect(abs(even[index] - (3 * abc[index] - odd[index]) / 2) <= 1e-5 * scale)
            }
        }
        #expect(one.sampling?.halves == nil && one.sampling?.mapError == nil)
    }

    @Test("The variance is the mean of squares less the square of the mean")
    func statistics() throws {
        let score = KnownScore.curved(KnownScore.weights(KnownInput.shape))
        let input = try KnownInput.input(.decomposition)
        func maps(_ statistic: SmoothGrad.Statistic) throws -> [[Float]] {
            try SmoothGrad(
                statistic: statistic, samples: 9, tolerance: nil, levels: .standard, noise: PhiloxNoise(seed: 3)
            )
            .attribute(input, to: score, control: KnownInput.silent).maps.map(\.values.values)
        }
        let (means, squares, variances) = (try maps(.mean), try maps(.meanSquare), try maps(.variance))
        for kind in means.indices {
            let largest = squares[kind].max() ?? 0
            #expect(largest > 0 && (variances[kind].max() ?? 0) > 1e-6)
            for index in means[kind].indices {
                let expected = squares[kind][index] - means[kind][index] * means[kind][index]
                #expect(abs(variances[kind][index] - expected) <= 1e-5 * largest)
            }
        }
    }
}

/// What is finished before the end.
@Suite struct PartialMapsTests {
    private struct Stop: Error {}

    private func smoothGrad(_ samples: Int) -> SmoothGrad {
        SmoothGrad(
            statistic: .mean, samples: samples, tolerance: nil, levels: .standard, noise: PhiloxNoise(seed: 5))
    }

    @Test(
        "Maps before the end are those of so many samples; a run that ends by an error leaves all that were finished, and takes no further pass",
        arguments: Space.allCases)
    func partial(_ space: Space) throws {
        let (input, score) = (
            try KnownInput.input(space), KnownScore.curved(KnownScore.weights(KnownInput.shape))
        )
        let passes = Mutex(0)
        let counted = Score { clip, parallelism in
            passes.withLock { $0 += 1 }
            return try score(clip, parallelism: parallelism)
        }
        let kept = Mutex<[PartialMaps]>([])
        let keeper = PartialKeeper(isDue: { passes.withLock { $0 } == 3 }) { maps in kept.withLock { $0.append(maps) } }
        #expect(throws: Stop.self) {
            try smoothGrad(50).attribute(
                input, to: counted,
                control: RunControl(parallelism: .single, keeper: keeper) { progress in
                    if progress.completed == 6 { throw Stop() }
                })
        }
        // One at the input and five samples: the report after the fifth ends the run.
        #expect(passes.withLock { $0 } == 6)
        let left = kept.withLock { $0 }
        #expect(left.map(\.samples) == [2, 5])
        for partial in left {
            let whole = try smoothGrad(partial.samples).attribute(input, to: score, control: KnownInput.silent)
            #expect(partial.maps.map(\.kind) == whole.maps.map(\.kind))
            for (map, expected) in zip(partial.maps, whole.maps) {
                #expect(map.values.values == expected.values.values)
            }
        }
    }

    @Test("Before the first sample there is nothing to leave")
    func nothing() throws {
        let kept = Mutex(0)
        let keeper = PartialKeeper(isDue: { true }) { _ in kept.withLock { $0 += 1 } }
        #expect(throws: Stop.self) {
            try smoothGrad(50).attribute(
                KnownInput.input(.pixels), to: KnownScore.curved(KnownScore.weights(KnownInput.shape)),
                control: RunControl(parallelism: .single, keeper: keeper) { _ in throw Stop() })
        }
        #expect(kept.withLock { $0 } == 0)
    }
}
