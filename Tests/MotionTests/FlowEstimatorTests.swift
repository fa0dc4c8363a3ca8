import Cine
import Motion
import Tensors
import TestSupport
import Testing

/// What every flow estimator owes, over the list of all of them.
struct FlowEstimatorTests {
    /// The largest distance from `expected`, in pixels, at least `margin` pixels from the border.
    private func worst(_ field: FlowField, from expected: (x: Double, y: Double), margin: Int) -> Double {
        var worst = 0.0
        for pair in 0..<field.pairs {
            for y in margin..<field.height - margin {
                for x in margin..<field.width - margin {
                    worst = max(
                        worst, abs(Double(field.displacements[0, pair, y, x]) - expected.x),
                        abs(Double(field.displacements[1, pair, y, x]) - expected.y))
                }
            }
        }
        return worst
    }

    /// All but the control, which finds nothing.
    private static let estimates = FlowEstimatorKind.allCases.filter { $0 != .zero }

    @Test(arguments: estimates)
    func findsATranslationInBothDirections(kind: FlowEstimatorKind) throws {
        let estimator = kind.make()
        for velocity in [(x: 1.5, y: -0.75), (x: -0.5, y: 2.0)] {
            let texture = try MovingTexture(width: 80, height: 72, frames: 3, velocity: velocity).luma
            let forward = try estimator.forwardFlow(of: texture, parallelism: .single)
            let sampling = try estimator.samplingFlow(of: texture, parallelism: .single)
            #expect(forward.direction == .forward && sampling.direction == .sampling)
            #expect(forward.displacements.shape == [2, 2, 72, 80])
            #expect(worst(forward, from: velocity, margin: 14) < 0.2)
            #expect(worst(sampling, from: (-velocity.x, -velocity.y), margin: 14) < 0.2)
        }
    }

    @Test(arguments: FlowEstimatorKind.allCases)
    func findsNoMotionBetweenEqualFrames(kind: FlowEstimatorKind) throws {
        let still = try MovingTexture(width: 64, height: 48, frames: 2, velocity: (0, 0)).luma
        let flow = try kind.make().samplingFlow(of: still, parallelism: .single)
        #expect(worst(flow, from: (0, 0), margin: 14) < 0.01)
    }

    @Test(arguments: FlowEstimatorKind.allCases)
    func givesTheSameBitsEveryTimeOnAnyNumberOfThreads(kind: FlowEstimatorKind) throws {
        let texture = try MovingTexture(width: 64, height: 64, frames: 9, velocity: (0.8, 0.3)).luma
        let once = try kind.make().samplingFlow(of: texture, parallelism: .single)
        for threads in [1, 2, 5] {
            let again = try kind.make().samplingFlow(of: texture, parallelism: Parallelism(threads: threads))
            #expect(again.displacements.values == once.displacements.values)
        }
    }

    @Test(arguments: FlowEstimatorKind.allCases)
    func entriesBelongToTheirPairs(kind: FlowEstimatorKind) throws {
        let estimator = kind.make()
        let texture = try MovingTexture(width: 40, height: 36, frames: 4, velocity: (0.8, 0.3)).luma
        let (forward, sampling) = (
            try estimator.forwardFlow(of: texture, parallelism: .single),
            try estimator.samplingFlow(of: texture, parallelism: .single)
        )
        for pair in 0..<3 {
            let (before, after) = (LumaFrame(pair, of: texture), LumaFrame(pair + 1, of: texture))
            for (field, alone) in [
                (forward, try estimator.flow(from: before, to: after)),
                (sampling, try estimator.flow(from: after, to: before)),
            ] {
                for component in 0..<2 {
                    for (y, x) in [(0, 0), (17, 20), (35, 39)] {
                        #expect(field.displacements[component, pair, y, x] == alone[component, y, x])
                    }
                }
            }
        }
    }

    @Test func theControlFindsNoMotionWhereThereIsSome() throws {
        let texture = try MovingTexture(width: 40, height: 36, frames: 4, velocity: (1.5, -0.75)).luma
        let flow = try ZeroFlow().samplingFlow(of: texture, parallelism: .single)
        #expect(flow.displacements.values == [Float](repeating: 0, count: 2 * 3 * 36 * 40))
    }

    @Test(arguments: estimates)
    func describesItself(kind: FlowEstimatorKind) {
        let facts = kind.make().facts
        #expect(facts.estimator == kind.rawValue)
        #expect(!facts.parameters.isEmpty)
        #expect(facts.library.wholeMatch(of: /OpenCV \d+\.\d+\.\d+.*/) != nil)
    }

    @Test(arguments: FlowEstimatorKind.allCases)
    func aSingleFrameHasNoFlow(kind: FlowEstimatorKind) throws {
        let one = try MovingTexture(width: 40, height: 40, frames: 1, velocity: (0, 0)).luma
        #expect(try kind.make().forwardFlow(of: one, parallelism: .single).displacements.shape == [2, 0, 40, 40])
    }

    @Test(arguments: FlowEstimatorKind.allCases)
    func takesOrRefusesSmallFramesAndNeverCrashes(kind: FlowEstimatorKind) throws {
        for (width, height) in [
            (1, 1), (1, 40), (40, 1), (7, 7), (12, 12), (13, 17), (40, 12), (40, 16), (41, 16), (80, 24), (24, 80),
            (160, 31),
            (160, 32), (32, 160), (640, 32), (0, 5),
        ] {
            let luma = try MovingTexture(width: width, height: height, frames: 2, velocity: (1, 0)).luma
            do {
                let flow = try kind.make().samplingFlow(of: luma, parallelism: .single)
                #expect(flow.displacements.values.allSatisfy { $0.isFinite })
            } catch let error as MotionError {
                guard case .unsuitableFrame(let estimator, let w, let h, _) = error else { throw error }
                #expect(estimator == kind && w == width && h == height)
            }
        }
    }

    @Test(arguments: FlowEstimatorKind.allCases)
    func refusesFramesOfTwoSizes(kind: FlowEstimatorKind) throws {
        let small = try MovingTexture(width: 40, height: 40, frames: 1, velocity: (0, 0)).luma
        let large = try MovingTexture(width: 48, height: 40, frames: 1, velocity: (0, 0)).luma
        #expect(throws: MotionError.framesDiffer(fromWidth: 40, fromHeight: 40, toWidth: 48, toHeight: 40)) {
            try kind.make().flow(from: LumaFrame(0, of: small), to: LumaFrame(0, of: large))
        }
    }

    @Test func smallestFramesOfDenseInverseSearch() throws {
        for (width, height, suits) in [
            (12, 12, true), (11, 40, false), (40, 11, false), (30, 12, true), (31, 12, false), (80, 32, true),
            (80, 31, false), (900, 32, true), (12, 900, true),
        ] {
            for preset in DenseInverseSearch.Preset.allCases {
                let luma = try MovingTexture(width: width, height: height, frames: 2, velocity: (1, 0)).luma
                let result = Result {
                    try DenseInverseSearch(preset: preset).samplingFlow(of: luma, parallelism: .single)
                }
                #expect(((try? result.get()) != nil) == suits, "\(width)x\(height), \(preset)")
            }
        }
        let error = MotionError.unsuitableFrame(estimator: .dis, width: 8, height: 9, requirement: "both sides from 12")
        #expect("\(error)" == "frames of 8x9 pixels do not suit the flow estimator dis: both sides from 12")
    }

    @Test func presetsDifferAndAreNamed() throws {
        let texture = try MovingTexture(width: 64, height: 64, frames: 2, velocity: (1.3, 0.4)).luma
        var seen: Set<[Float]> = []
        for preset in DenseInverseSearch.Preset.allCases {
            let estimator = DenseInverseSearch(preset: preset)
            #expect(estimator.facts.parameters == [.init(name: "preset", value: .text(preset.rawValue))])
            seen.insert(try estimator.forwardFlow(of: texture, parallelism: .single).displacements.values)
        }
        #expect(seen.count == 3)
    }

    @Test func everyParameterOfFarnebackCounts() throws {
        let texture = try MovingTexture(width: 160, height: 150, frames: 2, velocity: (3.3, -1.4)).luma
        func flow(
            _ scale: Double, _ levels: Int, _ window: Int, _ iterations: Int, _ size: Int, _ sigma: Double,
            _ gaussian: Bool
        ) throws -> [Float] {
            let parameters = try Farneback.Parameters(
                pyramidScale: scale, levels: levels, window: window, iterations: iterations, polynomialSize: size,
                polynomialSigma: sigma, usesGaussianWindow: gaussian)
            return try Farneback(parameters: parameters).forwardFlow(of: texture, parallelism: .single).displacements
                .values
        }
        let standard = try Farneback(parameters: .standard).forwardFlow(of: texture, parallelism: .single).displacements
            .values
        #expect(try flow(0.5, 3, 15, 3, 5, 1.2, false) == standard)
        let others = try [
            flow(0.7, 3, 15, 3, 5, 1.2, false), flow(0.5, 1, 15, 3, 5, 1.2, false), flow(0.5, 3, 11, 3, 5, 1.2, false),
            flow(0.5, 3, 15, 2, 5, 1.2, false), flow(0.5, 3, 15, 3, 7, 1.2, false), flow(0.5, 3, 15, 3, 5, 1.5, false),
            flow(0.5, 3, 15, 3, 5, 1.2, true),
        ]
        #expect(Set(others + [standard]).count == 8)
    }

    @Test func parametersOutsideTheirRangeAreRefused() {
        func parameters(scale: Double, window: Int, sigma: Double) throws -> Farneback.Parameters {
            try Farneback.Parameters(
                pyramidScale: scale, levels: 3, window: window, iterations: 3, polynomialSize: 5,
                polynomialSigma: sigma, usesGaussianWindow: false)
        }
        for (scale, window, sigma) in [
            (1, 15, 1.2), (0, 15, 1.2), (.nan, 15, 1.2), (0.5, 0, 1.2), (0.5, -1, 1.2), (0.5, 15, .infinity),
            (0.5, 15, 0),
        ] {
            #expect(throws: MotionError.self) { try parameters(scale: scale, window: window, sigma: sigma) }
        }
        let error = MotionError.parameterOutOfRange(
            estimator: .farneback, parameter: "window", value: 0, range: "from 2 to 255")
        #expect("\(error)" == "the flow estimator farneback takes window from 2 to 255, not 0.0")
    }
}
