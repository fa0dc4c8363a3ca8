import Cine
import Motion
import Tensors
import TestSupport
import Testing

struct DecompositionTests {
    private let shape: Shape = [2, 4, 5, 6]
    private let reference = Reference(channels: 2, frames: 4, height: 5, width: 6)

    private func parts(seed: UInt64) -> DecompositionParts {
        DecompositionParts(
            firstFrame: Pattern.tensor([2, 1, 5, 6], seed: seed),
            flow: Pattern.displacements([2, 3, 5, 6], seed: seed + 1, range: 3),
            error: Pattern.tensor([2, 3, 5, 6], seed: seed + 2) { $0 * 0.3 })
    }

    private func reconstruct(_ parts: DecompositionParts, parallelism: Parallelism) throws -> Tensor {
        try Decomposition.reconstruction(
            firstFrame: parts.firstFrame, flow: parts.flow, residual: parts.error, parallelism: parallelism)
    }

    @Test func theReconstructionIsTheClip() throws {
        for (seed, frames) in [(1, 16), (2, 2), (3, 1)] as [(UInt64, Int)] {
            let clip = try Clip(
                intensities: Pattern.tensor([3, frames, 20, 24], seed: seed) { 0.5 + $0 / 2 }, frameRate: nil)
            let flow = try FlowField(
                displacements: Pattern.tensor([2, frames - 1, 20, 24], seed: seed + 10) { $0 * 5 }, direction: .sampling
            )
            let decomposition = try Decomposition(clip: clip, flow: flow, parallelism: .single)
            #expect(decomposition.firstFrame.shape == [3, 1, 20, 24])
            #expect(decomposition.error.shape == [3, frames - 1, 20, 24])
            expectClose(
                try reconstruct(decomposition.parts, parallelism: .single), clip.intensities, relative: 0,
                absolute: 1e-5)
        }
    }

    @Test func estimatedFlowLeavesLittleOfAMovingTexture() throws {
        let luma = try MovingTexture(width: 64, height: 64, frames: 4, velocity: (1.5, -0.75)).luma
        let clip = try Clip(
            intensities: Tensor(shape: [1, 4, 64, 64], values: luma.bytes.map { Float($0) / 255 }), frameRate: nil)
        let flow = try FlowEstimatorKind.farneback.make().samplingFlow(of: luma, parallelism: .single)
        let still = try FlowField(displacements: Tensor(shape: [2, 3, 64, 64], repeating: 0), direction: .sampling)
        func residual(_ flow: FlowField) throws -> Double {
            let error = try Decomposition(clip: clip, flow: flow, parallelism: .single).error
            return error.doubles.dot(error.doubles)
        }
        // Only a border strip, which the texture enters through, is left unexplained.
        #expect(try residual(flow) < 0.1 * residual(still))
    }

    @Test func theReconstructionFollowsTheDefinition() throws {
        let parts = parts(seed: 3)
        let expected = reference.reconstruction(
            firstFrame: parts.firstFrame.doubles, flow: parts.flow.doubles, error: parts.error.doubles)
        expectClose(
            try reconstruct(parts, parallelism: .single), try expected.tensor(shape), relative: 0, absolute: 1e-6)
    }

    @Test func thePullbackIsTheDerivativeOfTheReconstruction() throws {
        let parts = parts(seed: 6)
        let gradient = Pattern.tensor(shape, seed: 12)
        let weights = gradient.doubles
        let pullback = try Decomposition.pullback(
            gradient: gradient, reconstruction: reconstruct(parts, parallelism: .single), flow: parts.flow,
            parallelism: .single)
        let (first, flow, error) = (parts.firstFrame.doubles, parts.flow.doubles, parts.error.doubles)
        let byFirst = centralDifferences(at: first, step: 1e-5) {
            reference.reconstruction(firstFrame: $0, flow: flow, error: error).dot(weights)
        }
        let byFlow = centralDifferences(at: flow, step: 1e-5) {
            reference.reconstruction(firstFrame: first, flow: $0, error: error).dot(weights)
        }
        let byError = centralDifferences(at: error, step: 1e-5) {
            reference.reconstruction(firstFrame: first, flow: flow, error: $0).dot(weights)
        }
        expectClose(pullback.firstFrame, try byFirst.tensor([2, 1, 5, 6]), relative: 1e-5, absolute: 1e-6)
        expectClose(pullback.flow, try byFlow.tensor([2, 3, 5, 6]), relative: 1e-5, absolute: 1e-6)
        expectClose(pullback.error, try byError.tensor([2, 3, 5, 6]), relative: 1e-5, absolute: 1e-6)
    }

    @Test func threadsDoNotChangeBits() throws {
        let parts = parts(seed: 9)
        let gradient = Pattern.tensor(shape, seed: 13)
        let once = try reconstruct(parts, parallelism: .single)
        let back = try Decomposition.pullback(
            gradient: gradient, reconstruction: once, flow: parts.flow, parallelism: .single)
        for threads in [2, 3, 8] {
            let parallelism = Parallelism(threads: threads)
            #expect(try reconstruct(parts, parallelism: parallelism).values == once.values)
            let again = try Decomposition.pullback(
                gradient: gradient, reconstruction: once, flow: parts.flow, parallelism: parallelism)
            #expect(again.firstFrame.values == back.firstFrame.values)
            #expect(again.flow.values == back.flow.values)
            #expect(again.error.values == back.error.values)
        }
    }

    @Test func aSingleFrameIsItsOwnDecomposition() throws {
        let gradient = Pattern.tensor([2, 1, 5, 6], seed: 14)
        let back = try Decomposition.pullback(
            gradient: gradient, reconstruction: gradient, flow: Tensor(shape: [2, 0, 5, 6], repeating: 0),
            parallelism: .single)
        #expect(back.firstFrame.values == gradient.values)
        #expect(back.flow.count == 0 && back.error.count == 0)
    }

    @Test func refusesForwardFlowAndOtherShapes() throws {
        let clip = try Clip(intensities: Pattern.tensor(shape, seed: 15), frameRate: nil)
        let forward = try FlowField(displacements: Tensor(shape: [2, 3, 5, 6], repeating: 0), direction: .forward)
        let error = MotionError.wrongDirection(.forward, needed: .sampling)
        #expect(throws: error) { try Decomposition(clip: clip, flow: forward, parallelism: .single) }
        #expect("\(error)" == "sampling flow is needed here, not forward flow")
        let short = try FlowField(displacements: Tensor(shape: [2, 2, 5, 6], repeating: 0), direction: .sampling)
        #expect(throws: ShapeError.self) { try Decomposition(clip: clip, flow: short, parallelism: .single) }

        var parts = parts(seed: 16)
        parts.flow = Tensor(shape: [2, 2, 5, 6], repeating: 0)
        #expect(throws: ShapeError.self) { try reconstruct(parts, parallelism: .single) }
        #expect(throws: ShapeError.self) {
            try Decomposition.pullback(
                gradient: clip.intensities, reconstruction: clip.intensities, flow: parts.flow, parallelism: .single)
        }
        #expect(throws: ShapeError.self) {
            try Decomposition.pullback(
                gradient: clip.intensities, reconstruction: parts.error, flow: forward.displacements,
                parallelism: .single)
        }
    }
}
