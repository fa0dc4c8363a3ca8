import Autodiff
import Tensors

/// Collects the instructions of a program; works out at once what does not depend on the clip.
final class ProgramBuilder {
    let limits: GraphLimits
    /// By the slot of its result, slot 0 being the clip.
    private var instructions: [Program.Instruction?] = [nil]
    private var foldingBudget: Int
    private let foldingTape = Tape(parallelism: .single)

    init(limits: GraphLimits) {
        self.limits = limits
        foldingBudget = limits.foldingBudget
    }

    /// The instruction that gives a value; nil for the clip and for constants.
    func definition(of value: Value) -> Program.Instruction? {
        value.slot.flatMap { instructions[$0] }
    }

    /// Adds an instruction, or the result of simpler ones that does the same.
    /// - Throws: ``GraphError``.
    func emit(_ primitive: Primitive, _ operands: [Value], at node: NodeName) throws -> Value {
        do {
            let type = try primitive.resultType(of: operands.map(\.type))
            let isConstant = operands.allSatisfy { $0.literal != nil }
            let limit = isConstant || type.kind != .real ? limits.foldedValues : limits.values
            guard type.shape.count <= limit else {
                throw GraphError.tooLarge(node, shape: type.shape, limit: limit)
            }
            if isConstant { return try fold(primitive, operands, count: type.shape.count) }
            if let simpler = try simplified(primitive, operands, type: type, at: node) { return simpler }
            return append(primitive, operands, type: type, at: node)
        } catch {
            throw GraphError(error, at: node)
        }
    }

    func append(_ primitive: Primitive, _ operands: [Value], type: ValueType, at node: NodeName) -> Value {
        let slot = instructions.count
        instructions.append(
            Program.Instruction(primitive: primitive, operands: operands, result: slot, type: type, node: node))
        return Value(slot: slot, type: type)
    }

    private func fold(_ primitive: Primitive, _ operands: [Value], count: Int) throws -> Value {
        foldingBudget -= count + operands.reduce(0) { $0 + $1.shape.count }
        guard foldingBudget >= 0 else {
            throw PrimitiveError(reason: "working out the model's constants takes too many values")
        }
        let values = operands.compactMap(\.literal).map { literal -> RunValue in
            switch literal {
            case .real(let tensor): .real(foldingTape.constant(tensor))
            case .integer(let array): .integer(array)
            }
        }
        switch try foldingTape.run(primitive, values) {
        case .real(let variable): return Value(.real(variable.value))
        case .integer(let array): return Value(.integer(array))
        }
    }

    /// The instructions that the output needs.
    func program(input: Shape, output: Value, slot: Int) -> Program {
        var needed: Set<Int> = [slot]
        for instruction in instructions.reversed() {
            guard let instruction, needed.contains(instruction.result) else { continue }
            needed.formUnion(instruction.operands.compactMap(\.slot))
        }
        let live = instructions.compactMap(\.self).filter { needed.contains($0.result) }
        return Program(live, input: input, output: output, slot: slot)
    }
}
