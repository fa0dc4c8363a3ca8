import CKernels
package import Tensors

/// Records operations on variables and computes vector-Jacobian products by walking the record backwards.
///
/// One tape serves one computation on one thread; the operations themselves run on as many threads as ``parallelism`` allows, with the same
/// bits for any number. The tape keeps no values: a pullback captures what it needs and nothing else, so a network with frozen weights
/// leaves one bit per ReLU activation behind.
package final class Tape {
    /// Turns the gradient by a value into the gradients by the operands, nil for those that want none.
    ///
    /// The gradient comes as `inout` so that an operation may overwrite it in place and return it, instead of allocating another.
    typealias Pullback = (inout Tensor) throws -> [Tensor?]

    struct Record {
        /// Nil for a leaf made by ``Tape/variable(_:)``.
        let operation: Operation?
        let shape: Shape
        /// The records of the operands, nil where an operand is constant.
        let parents: [Int?]
        /// Nil for a leaf, and after ``Tape/releasingGradients(of:seed:withRespectTo:)`` has passed.
        var pullback: Pullback?
        /// Bytes of activations (not of parameters that someone else owns anyway) that the pullback holds on to.
        let keptBytes: Int
    }

    package let parallelism: Parallelism
    private(set) var records: [Record] = []

    package init(parallelism: Parallelism) { self.parallelism = parallelism }

    /// Bytes of activations, masks and indices that the tape keeps alive for its pullbacks. Frozen weights are not counted: they are shared.
    package var keptBytes: Int { records.reduce(0) { $0 + ($1.pullback == nil ? 0 : $1.keptBytes) } }

    /// A value to which no gradient flows: data, frozen parameters.
    package func constant(_ value: Tensor) -> Variable { Variable(value: value, tape: self, record: nil) }

    /// A value whose gradient is wanted: the clip, flow, parameters in training.
    package func variable(_ value: Tensor) -> Variable {
        records.append(Record(operation: nil, shape: value.shape, parents: [], pullback: nil, keptBytes: 0))
        return Variable(value: value, tape: self, record: records.count - 1)
    }

    /// Appends the result of an operation; a constant when no operand wants a gradient.
    /// - Parameters:
    ///   - keptBytes: the bytes of activations that `pullback` captures.
    ///   - pullback: returns one gradient an operand, in their order; nil exactly where the operand wants none.
    func record(
        _ value: Tensor, _ operation: Operation, parents: [Variable?], keptBytes: Int, pullback: @escaping Pullback
    ) -> Variable {
        for case let parent? in parents {
            precondition(parent.tape === self, "operands of \(operation.rawValue) come from different tapes")
        }
        guard parents.contains(where: { $0?.record != nil }) else { return constant(value) }
        records.append(
            Record(
                operation: operation, shape: value.shape, parents: parents.map { $0?.record }, pullback: pullback,
                keptBytes: keptBytes))
        return Variable(value: value, tape: self, record: records.count - 1)
    }

    /// The gradients of `Σ seed · y` by each of `xs`, each of its variable's shape; zeros where `y` does not depend on it.
    ///
    /// May be called again, with another seed or other variables.
    /// - Throws: ``ShapeError`` when the seed's shape is not `y`'s.
    package func gradients(of y: Variable, seed: Tensor, withRespectTo xs: [Variable]) throws -> [Tensor] {
        try gradients(of: y, seed: seed, withRespectTo: xs, releasing: false)
    }

    /// As ``gradients(of:seed:withRespectTo:)``, freeing what each pullback holds as soon as it has run. For a single backward pass, as in
    /// training, where kept activations are most of the memory.
    /// - Precondition: the last gradient taken of what the tape holds up to `y`.
    package func releasingGradients(of y: Variable, seed: Tensor, withRespectTo xs: [Variable]) throws -> [Tensor] {
        try gradients(of: y, seed: seed, withRespectTo: xs, releasing: true)
    }

    private func gradients(
        of y: Variable, seed: Tensor, withRespectTo xs: [Variable], releasing: Bool
    ) throws -> [Tensor] {
        precondition(y.tape === self && xs.allSatisfy { $0.tape === self }, "variables of another tape")
        guard seed.shape == y.shape else {
            throw ShapeError.incompatible(
                operation: "gradients", shapes: [y.shape, seed.shape], reason: "the seed takes the shape of the value")
        }
        checkInvariants()
        let targets = Set(xs.compactMap(\.record))
        var found: [Int: Tensor] = [:]
        if let last = y.record {
            let needed = ancestry(of: last, towards: targets)
            var pending: [Tensor?] = Array(repeating: nil, count: last + 1)
            pending[last] = seed
            for index in stride(from: last, through: 0, by: -1) where needed[index] {
                guard var gradient = pending[index].take() else { continue }
                if targets.contains(index) { found[index] = gradient }
                guard let operation = records[index].operation else { continue }
                guard let pullback = records[index].pullback else {
                    preconditionFailure("\(operation.rawValue) was released by an earlier backward pass")
                }
                let shares = try pullback(&gradient)
                if releasing { records[index].pullback = nil }
                check(shares, of: index)
                for (parent, share) in zip(records[index].parents, shares) {
                    guard let parent, let share, needed[parent] else { continue }
                    accumulate(share, into: &pending[parent])
                }
            }
        }
        return xs.map { x in
            x.record.flatMap { found[$0] } ?? Tensor(shape: x.shape, repeating: 0)
        }
    }

    /// Which records lie on a way from `last` back to one of `targets`: the others' pullbacks need not run.
    private func ancestry(of last: Int, towards targets: Set<Int>) -> [Bool] {
        var leads = Array(repeating: false, count: last + 1)
        for index in 0...last {
            leads[index] =
                targets.contains(index)
                || records[index].parents.contains { parent in parent.map { leads[$0] } ?? false }
        }
        return leads
    }

    private func accumulate(_ share: Tensor, into sum: inout Tensor?) {
        guard var total = sum.take() else {
            sum = share
            return
        }
        total.updateElements(with: share, parallelism: parallelism) { ck_accumulate($0, $1, $2) }
        sum = total
    }
}
