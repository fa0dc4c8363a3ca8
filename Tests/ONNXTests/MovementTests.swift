import Autodiff
import Foundation
import ONNX
import Tensors
import TestSupport
import Testing

/// Chains of slices, transpositions, reshapes and concatenations, of which the program makes fewer (Tests/Fixtures/generate/onnx_movements.py).
@Suite struct MovementTests {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let model: Data
        let input_shape, output_shape: [Int]
        /// For each value of the output, the places of the input that it is the sum of.
        let places: [[Int]]
        var testDescription: String { name }

        func graph() throws -> Graph { try Graph(file: model, external: nil, limits: GraphLimits()).validated() }

        func program() throws -> Program {
            try graph().program(for: Shape(validating: input_shape), limits: GraphLimits())
        }
    }

    private struct File: Decodable { let cases: [Case] }

    static let cases: [Case] = {
        do {
            return try JSONDecoder().decode(File.self, from: Data(contentsOf: fixture("onnx/movements.json"))).cases
        } catch {
            Issue.record(error)
            return []
        }
    }()

    @Test("Every value comes to its place, and its gradient comes back from there", arguments: cases)
    func equals(_ one: Case) throws {
        let program = try one.program()
        #expect(program.outputShape.extents == one.output_shape)
        let shape = try Shape(validating: one.input_shape)
        let tape = Tape(parallelism: .single)
        // Whole numbers, of which sums are exact.
        let x = tape.variable(try Tensor(shape: shape, values: (0..<shape.count).map(Float.init)))
        let y = try program(x)
        #expect(y.value.values == one.places.map { Float($0.reduce(0, +)) })
        let seed = try Tensor(shape: y.shape, values: (0..<y.shape.count).map { Float($0 % 7 + 1) })
        let gradient = try tape.gradients(of: y, seed: seed, withRespectTo: [x])[0]
        var expected = [Float](repeating: 0, count: shape.count)
        for (factor, places) in zip(seed.values, one.places) {
            for place in places { expected[place] += factor }
        }
        #expect(gradient.values == expected)
    }

    @Test("Programs move less than half as often as the graphs say")
    func fewer() throws {
        var (before, after) = (0, 0)
        for one in Self.cases {
            let operators = try one.program().operators
            before += try one.graph().nodes.count { ["Slice", "Transpose", "Concat"].contains($0.name.operation) }
            after += ["slice", "transpose", "concatenate"].reduce(0) { $0 + operators[$1, default: 0] }
        }
        #expect(Self.cases.count == 60 && after * 2 < before, "\(after) of \(before)")
    }

    /// torchvision adds the places' relative positions to parts of the logits, which exporters write as eight transpositions of all logits.
    @Test("Updates of parts of an array move nothing but the parts")
    func updates() throws {
        let graph = try HostileFileTests.open("networks/mvit_v2_s_dynamo.onnx")
        let input = try #require(try TestSupport.golden("onnx/networks/mvit_v2_s.safetensors")["input"])
        let program = try graph.program(for: input.shape, limits: GraphLimits())
        func count(_ operation: String) -> Int { graph.nodes.count { $0.name.operation == operation } }
        // There and back for each, the rest is more than what products written as Einsum take.
        #expect(count("ScatterND") == 12)
        #expect(program.operators["transpose", default: 0] <= count("Transpose") - 2 * count("ScatterND"))
        #expect(program.operators["slice", default: 0] <= count("Slice") * 3 / 4)
    }
}
