import Autodiff
import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct ActivationTests {
    private func apply(_ operation: (Variable) throws -> Variable, to values: [Float]) throws -> [Float] {
        let tape = Tape(parallelism: .single)
        return try operation(tape.constant(Tensor(shape: [values.count], values: values))).value.values
    }

    /// Gradients of the sum of the results.
    private func slopes(_ operation: (Variable) throws -> Variable, at values: [Float]) throws -> [Float] {
        let tape = Tape(parallelism: .single)
        let x = tape.variable(try Tensor(shape: [values.count], values: values))
        let y = try operation(x)
        return try tape.gradients(of: y, seed: Tensor(shape: y.shape, repeating: 1), withRespectTo: [x])[0].values
    }

    @Test("Each value is right to a few units in its own last place, small ones too", arguments: Accuracy.all)
    func accuracy(_ accuracy: Accuracy) throws {
        let width = accuracy.range.upperBound - accuracy.range.lowerBound
        let points = (0...4000).map { accuracy.range.lowerBound + Float($0) / 4000 * width }
        for (x, y) in zip(points, try apply(accuracy.operation, to: points)) where x != 0 {
            let expected = accuracy.exact(Double(x))
            #expect(abs(Double(y) - expected) <= 1e-6 * abs(expected), "at \(x): \(y), not \(expected)")
        }
    }

    @Test("Far values reach their limits, and not-a-number stays")
    func limits() throws {
        let far: [Float] = [-.infinity, -1e30, -1000, 1000, 1e30, .infinity]
        #expect(try apply(sigmoid, to: far) == [0, 0, 0, 1, 1, 1])
        #expect(try apply(tanh, to: far) == [-1, -1, -1, 1, 1, 1])
        #expect(try apply(relu6, to: far) == [0, 0, 0, 6, 6, 6])
        #expect(try apply({ hardsigmoid($0, slope: 1 / 6, offset: 0.5) }, to: far) == [0, 0, 0, 1, 1, 1])
        let finite = Array(far[1...4])
        let rising: [(Variable) -> Variable] = [
            silu, hardswish, { gelu($0, approximation: .none) }, { gelu($0, approximation: .tanh) },
        ]
        for operation in rising {
            #expect(try apply(operation, to: finite) == [0, 0, 1000, 1e30])
            #expect(try slopes(operation, at: finite) == [0, 0, 1, 1])
        }
        // Nine values: eight at once and one by itself.
        let nothing = [Float](repeating: .nan, count: 9)
        for operation in rising + [sigmoid, tanh, relu6, { hardsigmoid($0, slope: 1, offset: 0) }] {
            #expect(try apply(operation, to: nothing).allSatisfy { $0.isNaN })
        }
    }

    @Test("At their bends the slopes are the documented ones")
    func bends() throws {
        #expect(try slopes(relu6, at: [0, 6]) == [0, 0])
        #expect(try slopes({ hardsigmoid($0, slope: 1 / 6, offset: 0.5) }, at: [-3, 3]) == [0, 0])
        #expect(try slopes(hardswish, at: [-3, 3]) == [0, 1])
    }

    @Test("A softmax of large values does not overflow, and of equal ones is even")
    func softmaxLimits() throws {
        #expect(try apply({ try softmax($0, axis: 0) }, to: [1e30, -1e30, 0]) == [1, 0, 0])
        #expect(try apply({ try softmax($0, axis: 0) }, to: [-3e4, -3e4, -3e4, -3e4]) == [0.25, 0.25, 0.25, 0.25])
        #expect(try apply({ try softmax($0, axis: 0) }, to: [-.infinity, 0, 0]) == [0, 0.5, 0.5])
    }
}

/// An activation and where its values are compared with exact ones: as far as they are normal numbers.
struct Accuracy: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let range: ClosedRange<Float>
    let operation: @Sendable (Variable) -> Variable
    let exact: @Sendable (Double) -> Double

    static let all = [
        Accuracy(testDescription: "sigmoid", range: -86...86, operation: sigmoid, exact: { 1 / (1 + exp(-$0)) }),
        Accuracy(testDescription: "tanh", range: -20...20, operation: tanh, exact: { Foundation.tanh($0) }),
        Accuracy(testDescription: "silu", range: -80...80, operation: silu, exact: { $0 / (1 + exp(-$0)) }),
        Accuracy(
            testDescription: "gelu", range: -4...4, operation: { gelu($0, approximation: .none) },
            exact: { $0 * erfc(-$0 / 2.0.squareRoot()) / 2 }),
    ]
}
