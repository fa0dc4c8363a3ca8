import Autodiff
import Tensors
import TestSupport
import Testing

/// The shape rules by themselves: results, refusals, and empty arrays.
@Suite struct ShapeRuleTests {
    @Test("Elementwise operations follow the broadcasting rule")
    func broadcasting() throws {
        for rule in [addShape, subtractShape, multiplyShape] {
            #expect(try rule([2, 1, 3], [4, 1]) == [2, 4, 3])
            #expect(throws: ShapeError.self) { try rule([2, 3], [2]) }
        }
    }

    @Test("Arrays are concatenated along an axis that all of them have, and alike otherwise")
    func concatenation() throws {
        #expect(try concatenateShape([[2, 3], [2, 0], [2, 4]], axis: 1) == [2, 7])
        let refused: [([Shape], Int)] = [
            ([], 0), ([[2]], 1), ([[2]], -1), ([[2, 3], [3, 3]], 1), ([[2, 3], [2]], 0), ([[]], 0),
            ([[.max / 8], [.max / 8], [.max / 8]], 0),
        ]
        for (shapes, axis) in refused {
            #expect(throws: ShapeError.self) { try concatenateShape(shapes, axis: axis) }
        }
        let tape = Tape(parallelism: .single)
        let parts = [Shape([2, 0]), [2, 2]].map { tape.variable(Pattern.tensor($0, seed: 1)) }
        let y = try concatenate(parts, axis: 1)
        #expect(y.value.values == parts[1].value.values)
        let gradients = try tape.gradients(of: y, seed: y.value, withRespectTo: parts)
        #expect(gradients.map(\.shape) == [[2, 0], [2, 2]])
    }

    @Test("Matrices are multiplied when the extent between them is one, and stacks are repeated")
    func matrices() throws {
        #expect(try matrixMultiplyShape([5, 1, 2, 3], [4, 3, 6]) == [5, 4, 2, 6])
        let refused: [(Shape, Shape)] = [([2, 3], [2, 3]), ([3], [3, 1]), ([2, 3], [3]), ([2, 4, 3], [3, 3, 4])]
        for (a, b) in refused { #expect(throws: ShapeError.self) { try matrixMultiplyShape(a, b) } }
    }

    @Test("A product over an empty extent is zero, and so are gradients through an empty stack")
    func emptyMatrices() throws {
        let tape = Tape(parallelism: .single)
        func gradients(_ a: Shape, _ b: Shape) throws -> (value: Tensor, gradients: [Tensor]) {
            let operands = [a, b].map { tape.variable(Pattern.tensor($0, seed: 1)) }
            let y = try matrixMultiply(operands[0], operands[1])
            return (
                y.value,
                try tape.gradients(of: y, seed: Tensor(shape: y.shape, repeating: 1), withRespectTo: operands)
            )
        }
        #expect(try gradients([2, 0], [0, 3]).value.values == [0, 0, 0, 0, 0, 0])
        #expect(try gradients([0, 2, 2], [2, 1]).gradients[1].values == [0, 0])
        #expect(try gradients([1, 1, 2], [0, 2, 1]).gradients[0].values == [0, 0])
    }

    @Test("A softmax needs its axis")
    func softmaxAxes() throws {
        #expect(try softmaxShape([2, 3], axis: 1) == [2, 3])
        for axis in [-1, 2] { #expect(throws: ShapeError.self) { try softmaxShape([2, 3], axis: axis) } }
    }

    @Test("Layer normalisation needs its axis, and parameters of the extents behind it")
    func layers() throws {
        #expect(try layerNormalizationShape([2, 3, 4], axis: 1, parameters: [[3, 4]]) == [2, 3, 4])
        let refused: [(Shape, Int, [Shape])] = [
            ([2, 3], 2, []), ([2, 3], -1, []), ([2, 0], 1, []), ([2, 3], 1, [[2]]), ([2, 3], 0, [[3]]),
        ]
        for (x, axis, parameters) in refused {
            #expect(throws: ShapeError.self) { try layerNormalizationShape(x, axis: axis, parameters: parameters) }
        }
    }

    @Test("Interpolation needs values, and one extent for each axis behind the channels")
    func interpolation() throws {
        #expect(try interpolateShape([2, 3, 4, 5], size: [7, 8]) == [2, 3, 7, 8])
        let refused: [(Shape, [Int])] = [
            ([2, 3, 4, 5], [7]), ([2, 3], []), ([2, 3, 4], [0]), ([2, 3, 0], [4]), ([2, 3, 4], [-1]),
            ([2, 3, 4], [.max]),
        ]
        for (x, size) in refused { #expect(throws: ShapeError.self) { try interpolateShape(x, size: size) } }
    }

    @Test("Batch statistics need two values a channel, dropout a probability below one")
    func training() throws {
        #expect(try batchStatisticsNormalizationShape([2, 3], scale: [3], shift: [3]) == [2, 3])
        let refused: [(Shape, Shape, Shape)] = [
            ([1, 3], [3], [3]), ([0, 3], [3], [3]), ([4], [4], [4]), ([2, 3], [2], [3]), ([2, 3], [3], [1]),
        ]
        for (x, scale, shift) in refused {
            #expect(throws: ShapeError.self) { try batchStatisticsNormalizationShape(x, scale: scale, shift: shift) }
        }
        let x = Tape(parallelism: .single).variable(Tensor(shape: [2], repeating: 1))
        for probability in [-0.1, 1, .nan] {
            #expect(throws: ShapeError.self) {
                try dropout(x, probability: probability, seed: DropoutSeed(seed: 1, step: 0, layer: 0))
            }
        }
    }
}
