import Autodiff
import Tensors

/// Collects the instructions of a program; works out at once what does not depend on the clip.
final class ProgramBuilder {
    let limits: GraphLimits
    /// By the slot of its result, slot 0 being the clip.
    private var instructions: [Program.Instruction?] = [nil]
    /// Slots that simplification does not look behind.
    private var barriers: Set<Int> = []
    private var foldingBudget: Int
    private var movements: [Movement: Value] = [:]
    /// Of constants that instructions take, as ``ValueType/size`` counts.
    private(set) var held = 0
    let heldLimit: Int
    private let foldingTape = Tape(parallelism: .single)

    /// - Parameter weights: values in the weights of the graph.
    init(limits: GraphLimits, weights: Int) {
        self.limits = limits
        foldingBudget = limits.foldingBudget + 4 * weights
        heldLimit = limits.heldConstants + 4 * weights
    }

    /// Takes from what working out constants may take, before anything of that size is made.
    /// - Returns: whether there was enough.
    func canSpend(_ values: Int) -> Bool {
        guard values <= foldingBudget else { return false }
        foldingBudget -= values
        return true
    }

    /// The instruction that gives a value; nil for the clip, for constants, and behind a barrier.
    func definition(of value: Value) -> Program.Instruction? {
        value.slot.flatMap { barriers.contains($0) ? nil : instructions[$0] }
    }

    /// The value once more, behind a barrier: whatever is made of it is made of this instruction's result, and of nothing before.
    func barrier(_ value: Value, at node: NodeName) -> Value {
        let copy = append(.unary(.affine(factor: 1, addend: 0)), [value], type: value.type, at: node)
        if let slot = copy.slot { barriers.insert(slot) }
        return copy
    }

    /// Adds an instruction, or the result of simpler ones that does the same.
    /// - Throws: ``GraphError``.
    func emit(_ primitive: Primitive, _ operands: [Value], at node: NodeName) throws -> Value {
        do {
            let type = try primitive.resultType(of: operands.map(\.type))
            let isConstant = operands.allSatisfy { $0.literal != nil }
            let limit = isConstant || type.kind != .real ? limits.foldedValues : limits.values
            guard type.shape.rank <= limits.rank else {
                throw PrimitiveError(reason: "its result has more than \(limits.rank) axes")
            }
            guard type.shape.room <= limit else {
                throw GraphError.tooLarge(node, shape: type.shape, limit: limit)
            }
            if type.kind != .real, primitive.movesIntegersAsPlaces,
                operands.reduce(0, { $0 + $1.shape.count }) > limits.movedIntegers
            {
                throw PrimitiveError(reason: "it moves more than \(limits.movedIntegers) integers")
            }
            if isConstant { return try fold(primitive, operands, type) }
            if let simpler = try simplified(primitive, operands, type: type, at: node) { return simpler }
            if let known = known(primitive, operands) { return known }
            try checkRoom()
            return append(primitive, operands, type: type, at: node)
        } catch {
            throw GraphError(error, at: node)
        }
    }

    /// - Throws: `PrimitiveError` when there are as many instructions as there may be.
    func checkRoom() throws {
        guard instructions.count <= limits.instructions else {
            throw PrimitiveError(reason: "the network takes more than \(limits.instructions) steps")
        }
    }

    /// What the same change of order gave before; nil for other primitives, and for what takes constants.
    func known(_ primitive: Primitive, _ operands: [Value]) -> Value? {
        Movement(primitive, operands).flatMap { movements[$0] }
    }

    func append(_ primitive: Primitive, _ operands: [Value], type: ValueType, at node: NodeName) -> Value {
        let slot = instructions.count
        for operand in operands where operand.literal != nil { held += operand.type.size }
        instructions.append(
            Program.Instruction(primitive: primitive, operands: operands, result: slot, type: type, node: node))
        let value = Value(slot: slot, type: type)
        if let movement = Movement(primitive, operands) { movements[movement] = value }
        return value
    }

    private func fold(_ primitive: Primitive, _ operands: [Value], _ type: ValueType) throws -> Value {
        // Every step takes some time, however small its arrays; a product takes more time than memory.
        let work = primitive.work(operands.map(\.shape), result: type.shape)
        guard canSpend(16 + type.size + operands.reduce(0) { $0 + $1.type.size } + work / 64) else {
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
    /// - Parameter survey: of the graph's values.
    /// - Throws: ``GraphError``.
    func program(input: Shape, output: Value, slot: Int, survey: LayerSurvey) throws -> Program {
        let live = Self.needed(instructions.compactMap(\.self), output: slot)
        let slots = Set(live.map(\.result))
        return Program(
            survey.kept == nil ? try withSegments(withTrunk(live, output: slot), output: slot) : live, plain: live,
            layers: survey.layers,
            layerSlot: survey.slot.flatMap { slots.contains($0) ? $0 : nil }, input: input, output: output, slot: slot)
    }

    static func needed(_ instructions: [Program.Instruction], output: Int) -> [Program.Instruction] {
        var needed: Set<Int> = [output]
        for instruction in instructions.reversed() where needed.contains(instruction.result) {
            needed.formUnion(instruction.operands.compactMap(\.slot))
        }
        return instructions.filter { needed.contains($0.result) }
    }
}

/// A change of order and of what it is.
private struct Movement: Hashable {
    private let primitive: Primitive
    private let slots: [Int]

    init?(_ primitive: Primitive, _ operands: [Value]) {
        switch primitive {
        case .slice, .transpose, .reshape, .concatenate: break
        default: return nil
        }
        let slots = operands.compactMap(\.slot)
        guard slots.count == operands.count else { return nil }
        (self.primitive, self.slots) = (primitive, slots)
    }
}

extension Primitive {
    /// See ``IntegerArray/moved(_:filling:_:)``.
    fileprivate var movesIntegersAsPlaces: Bool {
        switch self {
        case .transpose, .slice, .concatenate, .expand, .take, .pad, .select: true
        case .unary, .convolution, .transposedConvolution, .maximumPool, .averagePool, .batchNormalization,
            .layerNormalization, .softmax, .logSoftmax, .matrixMultiply, .attention, .frozenTrunk, .cumulativeSum,
            .resample,
            .gridSample,
            .binary,
            .reduce, .reshape, .pick, .scatter, .compare, .logic, .not, .isNotANumber, .isInfinite, .cast, .argument,
            .top, .elementPlaces, .linePlaces, .tuplePlaces:
            false
        }
    }
}
