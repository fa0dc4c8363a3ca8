import Attribution
import Cine
import Motion
import Tensors
import TestSupport
import Testing

@Suite struct LastingMotionTests {
    private static let shape: Shape = [3, 5, 12, 14]

    private func map(flow: Tensor, clip: Tensor, weights: Tensor) throws -> Tensor {
        let decomposition = try Decomposition(
            clip: Clip(intensities: clip, frameRate: nil), flow: FlowField(displacements: flow, direction: .sampling),
            parallelism: .single)
        let result = try LastingMotion().attribute(
            .decomposition(decomposition), to: KnownScore.linear(weights),
            control: RunControl(parallelism: .single) { _ in })
        return try #require(result.map(.flow)).values
    }

    private let clip = FormulaValues.input(Self.shape, salt: 4)
    private let weights = FormulaValues.input(Self.shape, salt: 9)

    @Test("Nothing is given to what stands still, however the score would react to its motion")
    func still() throws {
        let flow = Tensor(shape: [2, 4, 12, 14], repeating: 0)
        #expect(try map(flow: flow, clip: clip, weights: weights).values.allSatisfy { $0 == 0 })
    }

    @Test("Of a motion that is the same everywhere, its part across the derivative counts for nothing")
    func along() throws {
        var flow = Tensor(shape: [2, 4, 12, 14], repeating: 0)
        for entry in 0..<4 { for y in 0..<12 { for x in 0..<14 { flow[0, entry, y, x] = 0.5 } } }
        let map = try map(flow: flow, clip: clip, weights: weights)
        let places = 4 * 12 * 14
        #expect(map.values[..<places].contains { $0 > 0 })
        #expect(map.values[places...].allSatisfy { $0 == 0 } && map.values.allSatisfy { $0 >= 0 })
        let gradient = try #require(
            try Gradient().attribute(
                .decomposition(
                    Decomposition(
                        clip: Clip(intensities: clip, frameRate: nil),
                        flow: FlowField(displacements: flow, direction: .sampling), parallelism: .single)),
                to: KnownScore.linear(weights), control: RunControl(parallelism: .single) { _ in }
            ).map(.flow)
        ).values
        // The mean of a constant flow is that flow: the ratio to the squared derivative is the slopes' alone, so it is the same for twice the score.
        let twice = try self.map(
            flow: flow, clip: clip, weights: Tensor(shape: weights.shape, values: weights.values.map { 2 * $0 }))
        expectClose(
            twice, try Tensor(shape: map.shape, values: map.values.map { 4 * $0 }), relative: 1e-5, absolute: 1e-12)
        for place in 0..<places where gradient.values[place] == 0 { #expect(map.values[place] == 0) }
    }

    @Test("A clip of twice the contrast gets the same map for the score that reads it at half")
    func contrast() throws {
        let flow = FormulaValues.input([2, 4, 12, 14], salt: 5)
        let first = try map(flow: flow, clip: clip, weights: weights)
        let strong = try Tensor(shape: clip.shape, values: clip.values.map { 2 * $0 })
        let half = try Tensor(shape: weights.shape, values: weights.values.map { $0 / 2 })
        // ∂y/∂f is the same, and slopes are four times as large in their squares.
        let second = try map(flow: flow, clip: strong, weights: half)
        expectClose(
            second, try Tensor(shape: first.shape, values: first.values.map { $0 / 4 }), relative: 1e-4, absolute: 1e-9)
    }
}
