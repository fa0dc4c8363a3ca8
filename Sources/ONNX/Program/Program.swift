package import Autodiff
package import Tensors

/// A network as a list of primitives, ready to run for clips of one shape. Made by ``Graph/program(for:limits:)``.
package struct Program: Sendable {
    struct Instruction: Sendable {
        let primitive: Primitive
        let operands: [Value]
        let result: Int
        let type: ValueType
        let node: NodeName
        /// Results that nobody needs afterwards.
        var releases: [Int] = []
    }

    let instructions: [Instruction]
    /// The same without a trunk, every result by itself.
    let plain: [Instruction]
    /// Of the graph: the values that lie in places, in the order in which they are computed.
    package let layers: [ProgramLayer]
    /// The slot of the layer that a pass may begin to record at; nil for programs that were made for whole passes, or whose output needs no more than
    /// the layer's shape.
    let layerSlot: Int?
    /// Slot 0 is the clip.
    let output: Int
    /// Whether convolutions are carried out as one operation on the kernels of the named architectures.
    package var hasTrunk: Bool {
        instructions.contains { instruction in
            if case .frozenTrunk = instruction.primitive { true } else { false }
        }
    }
    package let inputShape: Shape
    package let outputShape: Shape

    /// - Precondition: the output is the result of an instruction.
    init(
        _ instructions: [Instruction], plain: [Instruction], layers: [ProgramLayer], layerSlot: Int?, input: Shape,
        output: Value, slot: Int
    ) {
        inputShape = input
        outputShape = output.shape
        self.output = slot
        (self.layers, self.layerSlot) = (layers, layerSlot)
        self.instructions = Self.withReleases(instructions, output: slot)
        self.plain = Self.withReleases(plain, output: slot)
    }

    /// The network's first output.
    /// - Parameter x: of ``inputShape``.
    /// - Throws: ``GraphError`` where the values of a clip, not their shapes, are what an operation does not take.
    package func callAsFunction(_ x: Variable) throws -> Variable {
        try run(instructions, x) { _, value in value }
    }

    /// A pass that records only what follows the layer, so that a gradient ends there and nothing before it is kept.
    /// - Parameter x: a constant of ``inputShape``.
    /// - Returns: the network's first output, and the layer's activation, `[1, C, T, H, W]` or `[T, C, H, W]`; nil when the output does not depend on
    ///   its values.
    /// - Throws: as the call does.
    package func recordingFromLayer(_ x: Variable) throws -> (output: Variable, activation: Variable)? {
        var activation: Variable?
        let output = try run(instructions, x) { slot, value in
            guard slot == layerSlot, case .real(let variable) = value else { return value }
            let leaf = variable.tape.variable(variable.value)
            activation = leaf
            return .real(leaf)
        }
        return activation.map { (output, $0) }
    }

    /// - Parameter replacing: may put another value in the place of an instruction's result, which comes with its slot.
    private func run(
        _ instructions: [Instruction], _ x: Variable, replacing: (Int, RunValue) -> RunValue
    ) throws -> Variable {
        precondition(x.shape == inputShape, "a program for \(inputShape) was given \(x.shape)")
        let tape = x.tape
        var values: [Int: RunValue] = [0: .real(x)]
        for instruction in instructions {
            var operands: [RunValue] = []
            for operand in instruction.operands {
                if let slot = operand.slot {
                    guard let value = values[slot] else { preconditionFailure("slot \(slot) is read too late") }
                    operands.append(value)
                }
                switch operand.literal {
                case .real(let tensor)?: operands.append(.real(tape.constant(tensor)))
                case .integer(let array)?: operands.append(.integer(array))
                case nil: break
                }
            }
            for slot in instruction.releases { values[slot] = nil }
            do {
                values[instruction.result] = replacing(
                    instruction.result, try tape.run(instruction.primitive, operands))
            } catch {
                throw GraphError(error, at: instruction.node)
            }
        }
        guard case .real(let result)? = values[output] else { preconditionFailure("a program without a result") }
        return result
    }

    private static func withReleases(_ instructions: [Instruction], output: Int) -> [Instruction] {
        var seen: Set<Int> = [output]
        var result = instructions
        for index in result.indices.reversed() {
            let slots = Set(result[index].operands.compactMap(\.slot))
            result[index].releases = slots.subtracting(seen).sorted()
            seen.formUnion(slots)
        }
        return result
    }
}

extension GraphError {
    /// What a primitive threw, with the node that asked for it.
    init(_ error: any Error, at node: NodeName) {
        switch error {
        case let error as GraphError: self = error
        case let error as ShapeError: self = .badNode(node, reason: error.description)
        case let error as PrimitiveError: self = .badNode(node, reason: error.reason)
        default: self = .badNode(node, reason: "\(error)")
        }
    }
}
