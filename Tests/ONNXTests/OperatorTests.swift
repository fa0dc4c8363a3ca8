import Autodiff
import Foundation
import ONNX
import Tensors
import TestSupport
import Testing

/// Every operator by itself against the reference evaluator of the ONNX project (Tests/Fixtures/generate/onnx_operators.py).
@Suite struct OperatorTests {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        let `operator`, name: String
        let model: Data
        let input_shape, output_shape: [Int]
        let input, output: [Float]
        /// The gradient is of Σ factor · output.
        let factors: [Float]
        let gradient: [Float]
        var testDescription: String { name }
    }

    private struct File: Decodable { let cases: [Case] }

    static let cases: [Case] = {
        do {
            return try JSONDecoder().decode(File.self, from: Data(contentsOf: fixture("onnx/operators.json"))).cases
        } catch {
            Issue.record(error)
            return []
        }
    }()

    @Test("Every operator that is supported is tested, and no other")
    func complete() {
        #expect(Set(Self.cases.map(\.operator)) == Set(StandardOperator.allCases.map(\.rawValue)))
        #expect(Self.cases.count >= 170)
    }

    @Test("An operator gives the value and the gradient of the standard", arguments: cases)
    func equals(_ one: Case) throws {
        let shape = try Shape(validating: one.input_shape)
        let graph = try Graph(file: one.model, external: nil, limits: GraphLimits()).validated()
        let program = try graph.program(for: shape, limits: GraphLimits())
        #expect(program.outputShape.extents == one.output_shape)
        let tape = Tape(parallelism: .single)
        let x = tape.variable(try Tensor(shape: shape, values: one.input))
        let y = try program(x)
        let output = try Tensor(shape: Shape(validating: one.output_shape), values: one.output)
        expectClose(y.value, output, relative: 1e-5, absolute: 1e-6)
        let factors = try Tensor(shape: y.shape, values: one.factors)
        let gradient = try tape.gradients(of: y, seed: factors, withRespectTo: [x])[0]
        expectClose(gradient, try Tensor(shape: shape, values: one.gradient), relative: 1e-4, absolute: 1e-5)
    }
}
