import Autodiff
import Tensors
import TestSupport
import Testing

@Suite("Attention over more than a tile")
struct AttentionTests {
    private static let queries: Shape = [2, 450, 24], keys: Shape = [2, 600, 24], values: Shape = [2, 600, 30]
    /// Places of both signs, large enough that weights differ by orders of magnitude; whole tiles of keys are out of some queries' sight.
    private static let biases = [
        AttentionBias(values: Pattern.tensor([2, 450, 600], seed: 5), matrices: [1, 0]),
        AttentionBias(
            values: Tensor(uninitialized: [1, 450, 600]) { buffer in
                for place in buffer.indices {
                    let (query, key) = place.quotientAndRemainder(dividingBy: 600)
                    buffer[place] = query % 3 == 0 && key < 300 || query % 3 == 1 && key >= 200 ? -.infinity : 0
                }
            }, matrices: [0, 0]),
    ]

    private func run(
        _ operation: ([Variable]) throws -> Variable, wanting wanted: [Bool] = [true, true, true]
    ) throws -> (value: Tensor, gradients: [Tensor], keptBytes: Int) {
        let tape = Tape(parallelism: Parallelism(threads: 2))
        let operands = zip([Self.queries, Self.keys, Self.values], wanted).enumerated().map { index, operand in
            let tensor = Pattern.tensor(operand.0, seed: UInt64(index) + 1)
            return operand.1 ? tape.variable(tensor) : tape.constant(tensor)
        }
        let y = try operation(operands)
        let sources = zip(operands, wanted).filter(\.1).map(\.0)
        let gradients = try tape.gradients(
            of: y, seed: Pattern.tensor(y.shape, seed: 9), withRespectTo: sources)
        return (y.value, gradients, tape.keptBytes)
    }

    /// As a product, a softmax and a product.
    private static func composed(_ x: [Variable], biases: [AttentionBias]) throws -> Variable {
        var logits = affine(
            try matrixMultiply(x[0], transpose(x[1], permutation: [0, 2, 1])), factor: 3, addend: 0)
        for bias in biases {
            logits = try add(
                logits,
                take(x[0].tape.constant(bias.values), axis: 0, indices: bias.matrices))
        }
        return try matrixMultiply(softmax(logits, axis: 2), x[2])
    }

    @Test("Value and gradients equal those of a product, a softmax and a product", arguments: [false, true])
    func agreesWithComposition(biased: Bool) throws {
        let biases = biased ? Self.biases : []
        let expected = try run { try Self.composed($0, biases: biases) }
        let found = try run {
            try attention(queries: $0[0], keys: $0[1], values: $0[2], scale: 3, biases: biases)
        }
        expectClose(found.value, expected.value, relative: 2e-5, absolute: 1e-6)
        for (gradient, other) in zip(found.gradients, expected.gradients) {
            expectClose(gradient, other, relative: 2e-5, absolute: 1e-6)
        }
    }

    @Test("The weights are not kept")
    func keptBytes() throws {
        let operands = Self.queries.count + Self.keys.count + Self.values.count
        let found = try run { try attention(queries: $0[0], keys: $0[1], values: $0[2], scale: 3) }
        #expect(found.keptBytes == (operands + found.value.count + 2 * 450) * 4)
    }

    @Test("A query that may see no key gives not-a-number, as softmax does")
    func blindQuery() throws {
        let tape = Tape(parallelism: .single)
        let x = tape.constant(Pattern.tensor([2, 3], seed: 1))
        let bias = AttentionBias(
            values: try Tensor(shape: [1, 2, 2], values: [-.infinity, -.infinity, 0, 0]), matrices: [0])
        let values = try attention(queries: x, keys: x, values: x, scale: 1, biases: [bias]).value.values
        #expect(values[..<3].allSatisfy(\.isNaN) && values[3...].allSatisfy(\.isFinite))
    }

    @Test("Operands must fit each other")
    func refusals() {
        let bias = AttentionBias(values: Tensor(shape: [1, 2, 4], repeating: 0), matrices: [0])
        let cases: [(Shape, Shape, Shape, [AttentionBias])] = [
            ([2, 3], [4, 2], [4, 3], []), ([2, 3], [4, 3], [5, 3], []), ([1, 2, 3], [4, 3], [4, 3], []),
            ([2, 2, 3], [1, 4, 3], [1, 4, 3], []), ([3], [3], [3], []), ([3, 3], [4, 3], [4, 3], [bias]),
            ([2, 2, 3], [2, 4, 3], [2, 4, 3], [bias]),
        ]
        for (queries, keys, values, biases) in cases {
            #expect(throws: ShapeError.self) {
                try attentionShape(
                    queries: queries, keys: keys, values: values, biases: biases.map { ($0.values.shape, $0.matrices) })
            }
        }
    }
}
