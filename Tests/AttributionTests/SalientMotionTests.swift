import Attribution
import Cine
import Motion
import Tensors
import TestSupport
import Testing

@Suite struct SalientMotionTests {
    private func planes(_ shape: Shape, _ value: (_ outer: Int, _ inner: Int, _ y: Int, _ x: Int) -> Float) -> Tensor {
        var tensor = Tensor(shape: shape, repeating: 0)
        for outer in 0..<shape[0] {
            for inner in 0..<shape[1] {
                for y in 0..<shape[2] {
                    for x in 0..<shape[3] { tensor[outer, inner, y, x] = value(outer, inner, y, x) }
                }
            }
        }
        return tensor
    }

    @Test("Vectors close to a stronger one of the same frame are left out, those of other frames are not")
    func separation() throws {
        let flow = planes([2, 2, 4, 8]) { component, _, _, _ in component == 0 ? 1 : 0 }
        var gradient = Tensor(shape: flow.shape, repeating: 0)
        gradient[0, 0, 1, 1] = 5
        gradient[0, 0, 1, 2] = 4
        gradient[1, 0, 1, 5] = -3
        gradient[0, 1, 1, 1] = -2
        let chosen = try SalientVectors(count: 9, separation: 3).choose(flow: flow, gradient: gradient)
        #expect(chosen.map { [$0.frame, $0.y, $0.x] } == [[1, 1, 1], [1, 1, 5], [2, 1, 1]])
        #expect(chosen.map(\.pull) == [.along, .across, .against])
        #expect(chosen.map(\.alignment) == [1, 0, -1])
        #expect(chosen[0].motion == PixelPoint(x: -1, y: 0))
        let all = try SalientVectors(count: 9, separation: 0).choose(flow: flow, gradient: gradient)
        #expect(all.map(\.magnitude) == [5, 4, 3, 2])
        let two = try SalientVectors(count: 2, separation: 0).choose(flow: flow, gradient: gradient)
        #expect(two == Array(all.prefix(2)))
    }

    @Test("A vector without length has no direction to pull along")
    func still() throws {
        let flow = Tensor(shape: [2, 1, 2, 2], repeating: 0.01)
        let gradient = Tensor(shape: [2, 1, 2, 2], repeating: 1)
        let chosen = try SalientVectors(count: 4, separation: 0).choose(flow: flow, gradient: gradient)
        #expect(chosen.map(\.pull) == [.still, .still, .still, .still])
        #expect(chosen.map { [$0.y, $0.x] } == [[0, 0], [0, 1], [1, 0], [1, 1]])
    }

    @Test(
        "The parts of a stretch are sums of gradient times value along it, the first frame's where flow leads back to")
    func parts() throws {
        // Everything moves right by one pixel a frame: frame i reads at x - 1 in frame i - 1.
        let flow = planes([2, 3, 4, 8]) { component, _, _, _ in component == 0 ? -1 : 0 }
        let first = planes([1, 1, 4, 8]) { _, _, _, x in Float(x) }
        let error = planes([1, 3, 4, 8]) { _, pair, _, _ in Float(pair + 1) }
        let gradients = TracedGradients(
            firstFrame: planes([1, 1, 4, 8]) { _, _, _, _ in 2 },
            flow: planes(flow.shape) { c, p, _, _ in c == 0 ? Float(p) : 7 },
            error: planes(error.shape) { _, pair, _, _ in pair == 1 ? -1 : 1 })
        let pixels = planes([1, 4, 4, 8]) { _, frame, _, x in frame == 2 ? -Float(x) : 1 }
        let track = Trajectory(firstFrame: 1, points: (0..<3).map { PixelPoint(x: Double(3 + $0), y: 2) })
        let chosen = SalientTrajectories(count: 5, window: 3, separation: 1).choose(
            [track], gradient: pixels,
            decomposition: (DecompositionParts(firstFrame: first, flow: flow, error: error), gradients))
        try #require(chosen.count == 1)
        let stretch = chosen[0]
        // Frames 1, 2, 3 at x = 3, 4, 5.
        #expect(stretch.score == 1 + 4 + 1)
        #expect(stretch.signedScore == 1 - 4 + 1)
        let parts = try #require(stretch.parts)
        // One step back from x = 3 in frame 1: 2 · x at x = 2.
        #expect(parts.appearance == .init(absolute: 4, signed: 4))
        // Gradient p times flow -1 for p = 0, 1, 2.
        #expect(parts.motion == .init(absolute: 3, signed: -3))
        // 1·1 - 1·2 + 1·3.
        #expect(parts.residual == .init(absolute: 6, signed: 2))
    }

    @Test("Stretches that run beside a better one are left out; trajectories shorter than the window too")
    func suppression() {
        func track(_ y: Double, _ count: Int) -> Trajectory {
            Trajectory(firstFrame: 0, points: (0..<count).map { PixelPoint(x: Double($0), y: y) })
        }
        let pixels = planes([1, 4, 8, 8]) { _, _, y, _ in Float(8 - y) }
        let tracks = [track(0, 4), track(1, 4), track(5, 4), track(7, 2)]
        let chosen = SalientTrajectories(count: 9, window: 3, separation: 2).choose(
            tracks, gradient: pixels, decomposition: nil)
        // Both windows of a trajectory share frames, so one of each is left.
        #expect(chosen.map(\.path.points[0].y) == [0, 5])
        #expect(chosen.map(\.score) == [24, 9])
        #expect(chosen.allSatisfy { $0.parts == nil })
    }

    @Test("Per frame: the parts of the timeline add up to those of the whole clip")
    func timeline() throws {
        let score = KnownScore.curved(KnownScore.weights(KnownInput.shape))
        let input = try KnownInput.input(.decomposition)
        guard case .decomposition(let decomposition) = input else {
            Issue.record("not a decomposition")
            return
        }
        let result = try Gradient().attribute(input, to: score, control: KnownInput.silent)
        func values(_ kind: MapKind) throws -> Tensor { try #require(result.map(kind)).values }
        let timeline = Timeline(
            gradient: try values(.pixels),
            decomposition: (
                decomposition.parts,
                DecompositionParts(
                    firstFrame: try values(.firstFrame), flow: try values(.flow), error: try values(.error))
            ))
        let shares = try #require(result.shares)
        let sums = [\Timeline.Frame.appearance, \.motion, \.residual].map { part in
            timeline.frames.reduce(0.0) { $0 + ($1[keyPath: part] ?? .nan) }
        }
        let total = sums.reduce(0, +)
        #expect(timeline.frames.count == KnownInput.shape[1])
        #expect(abs(sums[0] / total - shares.appearance.share) < 1e-12)
        #expect(abs(sums[1] / total - shares.motion.share) < 1e-12)
        #expect(abs(sums[2] / total - shares.residual.share) < 1e-12)
        #expect(timeline.frames[0].motion == 0 && timeline.frames[1].appearance == 0)
    }
}
