import Autodiff
import Foundation
import Tensors
import TestSupport
import Testing
import Training

/// Losses and schedules against their formulas in Double.
@Suite struct LossTests {
    private let scores: [Double] = [0.3, -1.2, 2.0, 0.7, 0.1, -0.4]

    /// Value and gradient of a loss against a formula and its central differences.
    private func check(
        _ shape: Shape, _ loss: (Variable) throws -> Variable, _ formula: ([Double]) -> Double
    ) throws {
        let tape = Tape(parallelism: .single)
        let x = tape.variable(try Tensor(shape: shape, values: scores.map(Float.init)))
        let y = try loss(x)
        expectClose(y.value, Tensor(scalar: Float(formula(scores))), relative: 1e-5, absolute: 1e-6)
        let gradient = try tape.gradients(of: y, seed: Tensor(scalar: 1), withRespectTo: [x])[0]
        let differences = scores.indices.map { place in
            var (up, down) = (scores, scores)
            up[place] += 1e-5
            down[place] -= 1e-5
            return Float((formula(up) - formula(down)) / 2e-5)
        }
        expectClose(gradient, try Tensor(shape: shape, values: differences), relative: 1e-4, absolute: 1e-6)
    }

    @Test func crossEntropyIsTheMeanSurprise() throws {
        try check([2, 3], { try crossEntropy($0, labels: [2, 0]) }) { s in
            let rows = [Array(s[0..<3]), Array(s[3..<6])]
            var sum = 0.0
            for (row, label) in zip(rows, [2, 0]) {
                let total = row.map { exp($0) }.reduce(0, +)
                sum -= log(exp(row[label]) / total)
            }
            return sum / 2
        }
        let scores = Tape(parallelism: .single).variable(Tensor(shape: [2, 3], repeating: 0))
        for labels in [[0], [0, 3], [-1, 0]] {
            #expect(throws: ShapeError.self) { try crossEntropy(scores, labels: labels) }
        }
    }

    @Test func meanSquaredErrorIsTheMeanSquare() throws {
        let target = try Tensor(shape: [6], values: [1, 0, -1, 0.5, 2, 0])
        func formula(_ s: [Double]) -> Double {
            var sum = 0.0
            for (value, wanted) in zip(s, target.values) {
                let difference = value - Double(wanted)
                sum += difference * difference
            }
            return sum / 6
        }
        try check([6], { try meanSquaredError($0, $0.tape.constant(target)) }, formula)
    }

    @Test func circularLossKnowsDirectionsAlone() throws {
        let angles = [0.4, 2.5, -1.0]
        let directions = try Tensor(shape: [3, 2], values: angles.flatMap { [Float(cos($0)), Float(sin($0))] })
        func formula(_ s: [Double]) -> Double {
            var sum = 0.0
            for (row, angle) in angles.enumerated() {
                let found = atan2(s[2 * row + 1], s[2 * row])
                sum += 1 - cos(found - angle)
            }
            return sum / 3
        }
        try check([3, 2], { try circularLoss($0, directions: $0.tape.constant(directions)) }, formula)
        let tape = Tape(parallelism: .single)
        let zero = tape.variable(Tensor(shape: [1, 2], repeating: 0))
        let loss = try circularLoss(zero, directions: tape.constant(try Tensor(shape: [1, 2], values: [1, 0])))
        let gradient = try tape.gradients(of: loss, seed: Tensor(scalar: 1), withRespectTo: [zero])[0]
        let isFinite = gradient.values.allSatisfy { $0.isFinite }
        #expect(isFinite)
    }

    @Test func learningRatesFollowTheirCourses() {
        let cosine = LearningRate(peak: 2, warmUp: 4, course: .cosine)
        #expect(abs(cosine.rate(step: 0, of: 100) - 0.5) < 1e-12)
        #expect(abs(cosine.rate(step: 50, of: 100) - 1) < 1e-12)
        #expect(cosine.rate(step: 99, of: 100) < 0.001)
        let steps = LearningRate(peak: 1, warmUp: 0, course: .steps(every: 10, factor: 0.5))
        #expect([0, 9, 10, 25].map { steps.rate(step: $0, of: 30) } == [1, 1, 0.5, 0.25])
        #expect(LearningRate(peak: 3, warmUp: 0, course: .constant).rate(step: 7, of: 9) == 3)
    }
}
