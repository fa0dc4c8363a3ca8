import Autodiff
import Tensors
import TestSupport
import Testing

/// One point at which an operation's value and gradients are compared with a naive reference in Double.
struct GradientCase: Sendable {
    let name: String
    /// The operands' values.
    let operands: [Tensor]
    /// Step of the central differences, and the error allowed relative to the largest gradient of an operand.
    var step = 1e-4
    var tolerance: Float = 2e-5
    let operation: @Sendable ([Variable]) throws -> Variable
    let reference: @Sendable ([Reference]) -> Reference

    /// The value of an operation and its gradients by the operands marked, for the seed of this case.
    func run(wanting wanted: [Bool], threads: Int) throws -> (value: Tensor, gradients: [Tensor], keptBytes: Int) {
        let tape = Tape(parallelism: Parallelism(threads: threads))
        let variables = zip(operands, wanted).map { $1 ? tape.variable($0) : tape.constant($0) }
        let y = try operation(variables)
        let seed = Pattern.tensor(y.shape, seed: 99)
        let sources = zip(variables, wanted).filter(\.1).map(\.0)
        return (y.value, try tape.gradients(of: y, seed: seed, withRespectTo: sources), tape.keptBytes)
    }

    /// Compares value and gradients with the reference and its central differences, all operands wanting a gradient, then each alone.
    func check() throws {
        let points = operands.map(Reference.init)
        let expected = reference(points)
        let all = try run(wanting: operands.map { _ in true }, threads: 1)
        expectClose(all.value, expected.tensor, relative: 2e-6, absolute: 1e-7)
        let seed = Reference(Pattern.tensor(all.value.shape, seed: 99))
        for operand in operands.indices {
            let numeric = differences(by: operand, at: points, seed: seed)
            expectClose(all.gradients[operand], numeric.tensor, relative: tolerance, absolute: 1e-6)
            #expect(
                numeric.values.contains { abs($0) > 1e-3 }, "\(name): the gradient by operand \(operand) tests nothing")
            let alone = try run(wanting: operands.indices.map { $0 == operand }, threads: 1)
            #expect(alone.value.values == all.value.values, "\(name): the value depends on who wants a gradient")
            #expect(alone.gradients[0].values == all.gradients[operand].values, "\(name): operand \(operand) alone")
        }
    }

    /// (L(x + h) - L(x - h)) / 2h for L = Σ seed · y, in Double.
    private func differences(by operand: Int, at points: [Reference], seed: Reference) -> Reference {
        func loss(_ points: [Reference]) -> Double {
            zip(reference(points).values, seed.values).reduce(0) { $0 + $1.0 * $1.1 }
        }
        var result = points[operand]
        for index in result.values.indices {
            var (up, down) = (points, points)
            up[operand].values[index] += step
            down[operand].values[index] -= step
            result.values[index] = (loss(up) - loss(down)) / (2 * step)
        }
        return result
    }
}

/// An operation on operands large enough to be cut into several pieces of work.
struct LargeCase: Sendable {
    let operands: [Tensor]
    let operation: @Sendable ([Variable]) throws -> Variable

    /// Value and gradients by every operand.
    func run(threads: Int) throws -> [[Float]] {
        let tape = Tape(parallelism: Parallelism(threads: threads))
        let variables = operands.map(tape.variable)
        let y = try operation(variables)
        let gradients = try tape.gradients(
            of: y, seed: Pattern.tensor(y.shape, seed: 7), withRespectTo: variables)
        return [y.value.values] + gradients.map(\.values)
    }
}

/// What the tests know of one operation.
struct OperationCases: Sendable {
    let gradient: [GradientCase]
    let large: [LargeCase]
}
