import Attribution
import Cine
import Foundation
import Motion
import Synchronization
import Tensors
import TestSupport
import Testing

/// What holds of every method, in both spaces. A new method is in the catalogue's list and so in this suite.
@Suite struct MethodConformanceTests {
    private static let cases = MethodName.allCases.flatMap { name in Space.allCases.map { (name, $0) } }

    private func method(
        _ name: MethodName, samples: Int, levels: NoiseLevels, seed: UInt64
    ) -> any AttributionMethod {
        name.method(
            MethodParameters(samples: samples, tolerance: nil, levels: levels, baseline: .black, layer: "clip"),
            noise: PhiloxNoise(seed: seed))
    }

    @Test(
        "Without noise every method that averages gradients gives the gradient or its square, bit for bit",
        arguments: cases)
    func zeroNoise(_ name: MethodName, _ space: Space) throws {
        let score = KnownScore.curved(KnownScore.weights(KnownInput.shape))
        let input = try KnownInput.input(space)
        let plain = try Gradient().attribute(input, to: score, control: KnownInput.silent)
        let result = try method(name, samples: 7, levels: .none, seed: 1)
            .attribute(input, to: score, control: KnownInput.silent)
        #expect(result.maps.map(\.kind) == name.kinds(in: space))
        #expect(result.value == plain.value)
        for (map, expected) in zip(result.maps, plain.maps) {
            let gradient = expected.values.values
            switch name {
            case .gradient, .smoothgrad: #expect(map.values.values == gradient)
            case .smoothgradSquared:
                #expect(map.values.values == gradient.map { Float(Double($0) * Double($0)) })
            case .vargrad: #expect(map.values.values.allSatisfy { $0 == 0 })
            case .lastingMotion:
                // Flow is looked at along the motion; see LastingMotionTests.
                guard map.kind != .flow else { break }
                #expect(map.values.values == gradient.map { $0 * $0 })
            case .gradientTimesInput, .integratedGradients, .gradCAM: break
            }
        }
    }

    @Test("A linear score gets its weights back, signs included", arguments: cases)
    func linear(_ name: MethodName, _ space: Space) throws {
        let weights = KnownScore.weights(KnownInput.shape)
        let result = try method(name, samples: 3, levels: .standard, seed: 1)
            .attribute(KnownInput.input(space), to: KnownScore.linear(weights), control: KnownInput.silent)
        let clip = try KnownInput.clip().intensities
        guard name != .gradCAM else {
            // The clip is the layer: its channels, each by the mean of its weights.
            let positions = clip.count / clip.shape[0]
            let means = (0..<clip.shape[0]).map { channel in
                weights.values[channel * positions..<(channel + 1) * positions].reduce(0.0) { $0 + Double($1) }
                    / Double(positions)
            }
            let sums = (0..<positions).map { position in
                Float(means.indices.reduce(0.0) { $0 + means[$1] * Double(clip.values[$1 * positions + position]) })
            }
            let expected = try Tensor(shape: Shape([1] + clip.shape.extents.dropFirst()), values: sums)
            expectClose(try #require(result.map(.layer)).values, expected, relative: 1e-4, absolute: 0)
            return
        }
        let pixels = try #require(result.map(.pixels))
        switch name {
        case .gradient, .smoothgrad: #expect(pixels.values.values == weights.values)
        case .smoothgradSquared:
            #expect(pixels.values.values == weights.values.map { Float(Double($0) * Double($0)) })
        case .vargrad: #expect(pixels.values.values.allSatisfy { $0 < 1e-12 })
        case .lastingMotion: #expect(pixels.values.values == weights.values.map { $0 * $0 })
        case .gradientTimesInput, .integratedGradients:
            // From black, a linear score owes each value its weight times the value.
            let products = zip(weights.values, clip.values).map { $0 * $1 }
            expectClose(pixels.values, try Tensor(shape: clip.shape, values: products), relative: 1e-6, absolute: 0)
            #expect(result.maps.contains { $0.values.values.contains { $0 < 0 } })
        case .gradCAM: break
        }
        guard name == .gradient || name == .smoothgrad else { return }
        #expect(weights.values.contains { $0 < -0.5 })
        // The last residual reaches the last frame and nothing else.
        if let error = result.map(.error) {
            let (frames, area) = (KnownInput.shape[1], KnownInput.shape[2] * KnownInput.shape[3])
            let last = Array(error.values.values[(frames - 2) * area..<(frames - 1) * area])
            #expect(last == Array(weights.values[(frames - 1) * area..<frames * area]))
        }
    }

    @Test("The same seed gives the same bits for one and two threads, another seed other ones", arguments: cases)
    func seeds(_ name: MethodName, _ space: Space) throws {
        let score = KnownScore.curved(KnownScore.weights(KnownInput.shape))
        let input = try KnownInput.input(space)
        func maps(_ seed: UInt64, threads: Int) throws -> [[Float]] {
            try method(name, samples: 3, levels: .standard, seed: seed)
                .attribute(input, to: score, control: RunControl(parallelism: Parallelism(threads: threads)) { _ in })
                .maps.map(\.values.values)
        }
        let first = try maps(1, threads: 1)
        #expect(try first == maps(1, threads: 2))
        #expect(try (first != maps(2, threads: 1)) == name.facts.isStochastic)
    }

    @Test("Shapes are those of the interface, and the shares sum to one", arguments: cases)
    func shapes(_ name: MethodName, _ space: Space) throws {
        let result = try method(name, samples: 2, levels: .standard, seed: 1).attribute(
            KnownInput.input(space), to: KnownScore.curved(KnownScore.weights(KnownInput.shape)),
            control: KnownInput.silent)
        let expected: [MapKind: Shape] = [
            .pixels: [3, 5, 9, 8], .firstFrame: [3, 9, 8], .flow: [2, 4, 9, 8], .error: [3, 4, 9, 8],
            .layer: [1, 5, 9, 8],
        ]
        let derivatives: [MapKind] = space == .pixels ? [.pixels] : [.pixels, .firstFrame, .flow, .error]
        #expect(result.maps.map(\.kind) == (name == .gradCAM ? [.layer] : derivatives))
        for map in result.maps { #expect(map.publicShape == expected[map.kind]) }
        #expect((result.shares == nil) == (space == .pixels || name == .gradCAM))
        if name == .vargrad { return }
        if let shares = result.shares {
            let sum = shares.appearance.share + shares.motion.share + shares.residual.share
            #expect(abs(sum - 1) < 1e-12)
            #expect(shares.motion.share > 0 && shares.motion.share < 1)
        }
    }

    @Test("Progress counts every pass, and what a report throws ends the run at once", arguments: cases)
    func progress(_ name: MethodName, _ space: Space) throws {
        let method = method(name, samples: 5, levels: .standard, seed: 1)
        let passes = Atomic(0)
        let weights = KnownScore.weights(KnownInput.shape)
        let score = Score { clip, _ in
            passes.add(1, ordering: .relaxed)
            return ScoreGradient(value: 1, gradient: weights)
        }
        let reports = Mutex<[RunProgress]>([])
        let result = try method.attribute(
            KnownInput.input(space), to: score,
            control: RunControl(parallelism: .single) { report in reports.withLock { $0.append(report) } })
        #expect(passes.load(ordering: .relaxed) == method.passes && result.passes == method.passes)
        #expect(reports.withLock { $0.map(\.completed) } == Array(1...method.passes))
        #expect(reports.withLock { $0.allSatisfy { $0.total == method.passes } })

        struct Cancelled: Error {}
        passes.store(0, ordering: .relaxed)
        #expect(throws: Cancelled.self) {
            try method.attribute(
                KnownInput.input(space), to: score,
                control: RunControl(parallelism: .single) { report in
                    if report.completed >= 2 || method.passes == 1 { throw Cancelled() }
                })
        }
        #expect(passes.load(ordering: .relaxed) == min(2, method.passes))
    }

    @Test("A run holds no more than its method says, and not much less", arguments: cases)
    func memory(_ name: MethodName, _ space: Space) throws {
        let shape: Shape = [3, 6, 40, 32]
        let flow = try FlowField(
            displacements: FormulaValues.input([2, shape[1] - 1, shape[2], shape[3]], salt: 5), direction: .sampling)
        let clip = try Clip(intensities: FormulaValues.input(shape, salt: 4), frameRate: nil)
        let input =
            switch space {
            case .pixels: AttributionInput.pixels(clip.intensities)
            case .decomposition:
                AttributionInput.decomposition(try Decomposition(clip: clip, flow: flow, parallelism: .single))
            }
        let extents = AttributionExtents(clip: shape, space: space)
        let method = method(name, samples: 12, levels: .standard, seed: 1)
        // A model that takes little, and one that takes much.
        for activations in [0, 40 << 20] {
            let score = Score { clip, _ in
                let held = CountedBytes(activations)
                defer { withExtendedLifetime(held) {} }
                return ScoreGradient(value: 1, gradient: Tensor(shape: clip.shape, repeating: 2))
            }
            let bound = method.bytes(extents, pass: activations + shape.count * 4)
            let meter = WorkMeter()
            let result = try meter.measuring { try method.attribute(input, to: score, control: KnownInput.silent) }
            #expect(meter.peakBytes <= bound)
            // The test's layer is as large as the clip, where others are spread over it in steps.
            let tightness = name == .gradCAM ? 6 : 7
            #expect(meter.peakBytes * 10 >= bound * tightness, "\(meter.peakBytes) of \(bound)")
            withExtendedLifetime(result) {}
        }
    }

    @Test("Complete methods add up to the difference of scores, from either baseline", arguments: Space.allCases)
    func completeness(_ space: Space) throws {
        let score = KnownScore.curved(KnownScore.weights(KnownInput.shape))
        for baseline in IntegratedGradients.Baseline.allCases {
            let result = try IntegratedGradients(steps: 200, baseline: baseline)
                .attribute(KnownInput.input(space), to: score, control: KnownInput.silent)
            let completeness = try #require(result.completeness)
            #expect(abs(completeness.difference) > 0.1)
            #expect(abs(completeness.delta) < 0.02 * abs(completeness.difference))
            let counted = result.maps.filter { space == .pixels || $0.kind != .pixels }
            let sum = counted.reduce(0.0) { $0 + $1.values.values.reduce(0.0) { $0 + Double($1) } }
            #expect(abs(sum - completeness.sum) < 1e-3)
            // Against the first frame standing still the first frame has no part in the difference.
            if baseline == .still, let first = result.map(.firstFrame) {
                #expect(first.values.values.allSatisfy { $0 == 0 })
            }
        }
    }

    @Test("Every method says what it is", arguments: MethodName.allCases)
    func facts(_ name: MethodName) {
        let facts = name.facts
        #expect(!facts.title.isEmpty && facts.reference.contains("20") && facts.definition.hasSuffix("."))
    }
}
