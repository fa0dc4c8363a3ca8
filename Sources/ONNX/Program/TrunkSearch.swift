import Autodiff
import Tensors

/// A frozen trunk as part of a program; the same only as itself.
struct GraphTrunk: Hashable, Sendable {
    let trunk: FrozenTrunk

    static func == (a: GraphTrunk, b: GraphTrunk) -> Bool { a.trunk === b.trunk }

    func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(trunk)) }
}

/// Finds the convolutions that lead from one clip to a mean over time and space, with nothing but sums and ReLUs between them: what
/// ``frozenTrunk(_:_:meter:)`` carries out as one operation.
struct TrunkSearch {
    private let definitions: [Int: Program.Instruction]
    /// How often each slot is read.
    private let uses: [Int: Int]

    /// - Parameters:
    ///   - instructions: those that the output needs.
    ///   - output: is read by whoever runs the program.
    init(_ instructions: [Program.Instruction], output: Int) {
        definitions = Dictionary(uniqueKeysWithValues: instructions.map { ($0.result, $0) })
        var uses = [output: 1]
        for slot in instructions.flatMap({ $0.operands.compactMap(\.slot) }) { uses[slot, default: 0] += 1 }
        self.uses = uses
    }

    /// A trunk and the slot of the clip that it takes.
    struct Found {
        let trunk: FrozenTrunk
        let clip: Value
    }

    /// A convolution, the sum that its result goes into, and the ReLU behind.
    private struct Stage {
        let convolution: Program.Instruction
        let addend: Int?
        let rectifies: Bool
        /// Of what the network reads of it.
        let result: Int
    }

    /// - Parameter sum: a reduction; nil is returned for one that sums up anything else.
    func trunk(summedBy sum: Program.Instruction) -> Found? {
        guard case .reduce(.sum, axes: [2, 3, 4]) = sum.primitive, let last = sum.operands[0].slot else { return nil }
        var stages: [Stage] = []
        var known: Set<Int> = []
        /// How often values are read by the stages themselves.
        var reads: [Int: Int] = [last: 1]
        var clips: [Int: Value] = [:]

        /// Lists a value's stage after those that it needs; false for what no stage gives.
        func visit(_ slot: Int) -> Bool {
            if known.contains(slot) { return true }
            guard let stage = stage(giving: slot), let source = stage.convolution.operands[0].slot else { return false }
            known.insert(slot)
            if let addend = stage.addend {
                guard visit(addend) else { return false }
                reads[addend, default: 0] += 1
            }
            if visit(source) {
                reads[source, default: 0] += 1
            } else {
                clips[source] = stage.convolution.operands[0]
            }
            stages.append(stage)
            return true
        }

        guard visit(last), let clip = clips.values.first, clips.count == 1, clip.shape.rank == 5, clip.shape[0] == 1,
            sum.operands[0].shape.count > 0,
            clip.shape[1] <= 4,
            // Nobody else reads what is in between.
            stages.allSatisfy({ uses[$0.result] == reads[$0.result] }),
            stages.enumerated().allSatisfy({ ($0 == 0) == ($1.convolution.operands[0].slot == clip.slot) })
        else { return nil }
        return build(stages, clip: clip)
    }

    private func build(_ stages: [Stage], clip: Value) -> Found? {
        var builder = FrozenTrunkBuilder(
            factors: Array(repeating: 1, count: clip.shape[1]), addends: Array(repeating: 0, count: clip.shape[1]),
            summation: .direct)
        var values: [Int: FrozenTrunkBuilder.Value] = [:]
        if let slot = clip.slot { values[slot] = builder.clip }
        for (index, stage) in stages.enumerated() {
            let operands = stage.convolution.operands
            guard case .convolution(let geometry) = stage.convolution.primitive, geometry.groups == 1,
                index > 0 || geometry.dilation == .one, let slot = operands[0].slot, let source = values[slot],
                let weight = operands[1].tensor, weight.count > 0
            else { return nil }
            let bias = operands.count > 2 ? operands[2].tensor : Tensor(shape: [weight.shape[0]], repeating: 0)
            guard let bias else { return nil }
            values[stage.result] = builder.convolution(
                source, weight: weight, bias: bias, geometry: geometry, addend: stage.addend.flatMap { values[$0] },
                rectified: stage.rectifies)
        }
        return Found(trunk: builder.build(), clip: clip)
    }

    private func stage(giving slot: Int) -> Stage? {
        guard var definition = definitions[slot] else { return nil }
        var rectifies = false
        if case .unary(.relu) = definition.primitive, let inner = definition.operands[0].slot, uses[inner] == 1,
            let before = definitions[inner]
        {
            rectifies = true
            definition = before
        }
        if case .convolution = definition.primitive {
            return Stage(convolution: definition, addend: nil, rectifies: rectifies, result: slot)
        }
        guard case .binary(.add) = definition.primitive, let a = definition.operands[0].slot,
            let b = definition.operands[1].slot, a != b,
            definition.operands[0].shape == definition.operands[1].shape
        else { return nil }
        // The convolution listed last: the other may be needed before, as a shortcut with a convolution of its own.
        for (convolved, addend) in a > b ? [(a, b), (b, a)] : [(b, a), (a, b)] {
            guard uses[convolved] == 1, let convolution = definitions[convolved],
                case .convolution = convolution.primitive
            else { continue }
            return Stage(convolution: convolution, addend: addend, rectifies: rectifies, result: slot)
        }
        return nil
    }
}

extension ProgramBuilder {
    /// Puts a trunk in the place of the mean that it leads to; a clip has no more than one.
    /// - Returns: the same instructions where there is none.
    /// - Throws: ``GraphError``.
    func withTrunk(_ instructions: [Program.Instruction], output: Int) throws -> [Program.Instruction] {
        let search = TrunkSearch(instructions, output: output)
        for (index, sum) in instructions.enumerated() {
            guard let found = search.trunk(summedBy: sum) else { continue }
            let positions = sum.operands[0].shape.extents[2...].reduce(1, *)
            let mean = try emit(.frozenTrunk(GraphTrunk(trunk: found.trunk)), [found.clip], at: sum.node)
            let total = try emit(.unary(.affine(factor: Float(positions), addend: 0)), [mean], at: sum.node)
            var steps = Set([mean.slot, total.slot]).compactMap(\.self).sorted().compactMap { slot in
                definition(of: Value(slot: slot, type: mean.type))
            }
            steps.append(
                Program.Instruction(
                    primitive: .reshape(sum.type.shape), operands: [total], result: sum.result, type: sum.type,
                    node: sum.node))
            // What led to the mean is no longer needed.
            return Self.needed(
                Array(instructions[..<index]) + steps + Array(instructions[(index + 1)...]), output: output)
        }
        return instructions
    }
}
