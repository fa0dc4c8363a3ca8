import Attribution
import Tensors
import TestSupport
import Testing

@Suite struct TubeMeansTests {
    private func tube(_ flow: Tensor) throws -> TubeMeans {
        try TubeMeans(flow: flow, reach: 2, parallelism: .single)
    }

    @Test("What is the same everywhere stays as it is, whatever moves")
    func constant() throws {
        let flow = FormulaValues.input([2, 4, 6, 7], salt: 3)
        let values = Tensor(shape: [3, 4, 6, 7], repeating: 2.5)
        expectClose(try tube(flow)(values), values, relative: 1e-6, absolute: 0)
    }

    @Test("Where nothing moves, frames are averaged with weights that fall by their distance")
    func still() throws {
        let values = try Tensor(shape: [1, 3, 1, 2], values: [1, 0, 0, 0, 0, 4])
        let means = try tube(Tensor(shape: [2, 3, 1, 2], repeating: 0))(values)
        // Weights 1, 1/2, 1/4 from the frame itself; their sums are 1.75 at the ends and 2 in the middle.
        let expected: [Float] = [1 / 1.75, 1 / 1.75, 0.5 / 2, 2 / 2, 0.25 / 1.75, 4 / 1.75]
        expectClose(means, try Tensor(shape: values.shape, values: expected), relative: 1e-6, absolute: 0)
    }

    @Test("A point's values are averaged while it moves, and its surroundings keep theirs")
    func moving() throws {
        // A point that steps one pixel to the right a frame, with flow for it alone; it leaves no trace where it was.
        let (entries, width) = (3, 5)
        var flow = Tensor(shape: [2, entries, 1, width], repeating: 0)
        var values = Tensor(shape: [1, entries, 1, width], repeating: 0)
        for entry in 0..<entries {
            flow[0, entry, 0, entry + 1] = -1
            values[0, entry, 0, entry + 1] = 3
        }
        let means = try tube(flow)(values)
        #expect(means[0, 2, 0, 3] > 2.9)
        #expect(means[0, 0, 0, 4] == 0 && means[0, 1, 0, 4] == 0)
        let still = try tube(Tensor(shape: flow.shape, repeating: 0))(values)
        #expect(still[0, 2, 0, 3] < 2)
    }

    @Test("The mean over two threads has the same bits")
    func threads() throws {
        let (flow, values) = (FormulaValues.input([2, 5, 9, 8], salt: 1), FormulaValues.input([2, 5, 9, 8], salt: 2))
        let two = try TubeMeans(flow: flow, reach: 10, parallelism: Parallelism(threads: 2))(values)
        #expect(try TubeMeans(flow: flow, reach: 10, parallelism: .single)(values).values == two.values)
    }
}
