import Autodiff
import Tensors

/// Finds convolutions with nothing but sums and ReLUs between them that take one value and give one: what ``frozenTrunk(_:_:meter:)`` carries out
/// as one operation, on activations instead of a clip.
struct SegmentSearch {
    /// A convolution, the sum that its result goes into, and the ReLU behind.
    struct Stage {
        let convolution: Program.Instruction
        let geometry: ConvolutionGeometry
        let source: Int
        let addend: Int?
        let rectifies: Bool
        /// Of what the network reads of it.
        let result: Int
        /// Of the convolution, the sum and the ReLU.
        let slots: [Int]

        /// Multiplications and additions.
        var work: Int {
            2 * convolution.type.shape.count * convolution.operands[1].shape.extents.dropFirst().reduce(1, *)
        }

        /// Whether tiles save multiplications: windows of three side by side, in space or over time.
        var isTiled: Bool {
            let kernel = convolution.operands[1].shape.extents.suffix(3)
            return geometry.stride == .one && geometry.dilation == .one
                && (kernel.suffix(2) == [3, 3] || kernel.first == 3)
        }
    }

    /// In the order in which they are carried out.
    struct Segment {
        let stages: [Stage]
        let source: Value
    }

    private let definitions: [Int: Program.Instruction]
    /// Values that only look different: with and without an axis of extent one for time.
    private let originals: [Int: Int]
    /// How often each value is read, whatever it looks like.
    private let uses: [Int: Int]
    private let types: [Int: ValueType]
    private let places: [Int: Int]

    /// - Parameters:
    ///   - instructions: those that the output needs.
    ///   - output: is read by whoever runs the program.
    init(_ instructions: [Program.Instruction], output: Int) {
        definitions = Dictionary(uniqueKeysWithValues: instructions.map { ($0.result, $0) })
        places = Dictionary(uniqueKeysWithValues: instructions.enumerated().map { ($1.result, $0) })
        var originals: [Int: Int] = [:]
        var uses: [Int: Int] = [:]
        var types: [Int: ValueType] = [:]
        for instruction in instructions {
            types[instruction.result] = instruction.type
            if case .reshape = instruction.primitive, let slot = instruction.operands[0].slot,
                instruction.type.shape.differsByTime(from: instruction.operands[0].shape)
            {
                originals[instruction.result] = originals[slot] ?? slot
                types[slot] = types[slot] ?? instruction.operands[0].type
                continue
            }
            for operand in instruction.operands {
                guard let slot = operand.slot else { continue }
                uses[originals[slot] ?? slot, default: 0] += 1
                types[slot] = types[slot] ?? operand.type
            }
        }
        uses[originals[output] ?? output, default: 0] += 1
        (self.originals, self.uses, self.types) = (originals, uses, types)
    }

    private func original(_ value: Value) -> Int? { value.slot.map { originals[$0] ?? $0 } }

    /// The longest segment that ends with a value; nil where there is none that is worth it.
    func segment(endingAt last: Int) -> Segment? {
        guard let end = stage(giving: last) else { return nil }
        var stages = [last: end]
        var found: (stages: [Stage], source: Int)?
        while true {
            var reads: [Int: Int] = [:]
            for slot in stages.values.flatMap({ [$0.source] + ($0.addend.map { [$0] } ?? []) }) {
                reads[slot, default: 0] += 1
            }
            let outside = reads.keys.filter { stages[$0] == nil }
            if outside.count == 1 { found = (Array(stages.values), outside[0]) }
            // The latest before that nobody else reads.
            let next = outside.filter { uses[$0] == reads[$0] }.sorted { places[$0] ?? 0 > places[$1] ?? 0 }
                .lazy.compactMap(stage(giving:)).first
            guard let next else { break }
            stages[next.result] = next
        }
        guard let found, let type = types[found.source],
            found.stages.reduce(0, { $0 + $1.work }) <= 2 * found.stages.filter(\.isTiled).reduce(0, { $0 + $1.work })
        else { return nil }
        return Segment(
            stages: found.stages.sorted { places[$0.result] ?? 0 < places[$1.result] ?? 0 },
            source: Value(slot: found.source, type: type))
    }

    private func stage(giving slot: Int) -> Stage? {
        guard var definition = definitions[slot] else { return nil }
        var slots = [slot]
        var rectifies = false
        func inner(_ operand: Value) -> Program.Instruction? {
            original(operand).flatMap { uses[$0] == 1 ? definitions[$0] : nil }
        }
        if case .unary(.relu) = definition.primitive, let before = inner(definition.operands[0]) {
            rectifies = true
            definition = before
            slots.append(before.result)
        }
        if let (geometry, source) = convolution(definition) {
            return Stage(
                convolution: definition, geometry: geometry, source: source, addend: nil, rectifies: rectifies,
                result: slot, slots: slots)
        }
        guard case .binary(.add) = definition.primitive, let a = original(definition.operands[0]),
            let b = original(definition.operands[1]), a != b,
            definition.operands[0].shape == definition.operands[1].shape
        else { return nil }
        // The convolution listed last: the other may be needed before, as a shortcut with a convolution of its own.
        let later = places[a] ?? 0 > places[b] ?? 0
        for (convolved, addend) in later ? [(a, b), (b, a)] : [(b, a), (a, b)] {
            guard uses[convolved] == 1, let before = definitions[convolved],
                let (geometry, source) = convolution(before)
            else { continue }
            return Stage(
                convolution: before, geometry: geometry, source: source, addend: addend, rectifies: rectifies,
                result: slot, slots: slots + [convolved])
        }
        return nil
    }

    /// Channels below which most of a vector would be idle.
    private static let leastChannels = 12

    /// One that blocks of channels can be taken by, and what it convolves.
    private func convolution(_ instruction: Program.Instruction) -> (ConvolutionGeometry, Int)? {
        guard case .convolution(let geometry) = instruction.primitive, geometry.groups == 1,
            let source = original(instruction.operands[0]), let weight = instruction.operands[1].tensor,
            min(weight.shape[0], weight.shape[1]) >= Self.leastChannels, weight.count > 0,
            instruction.operands.count < 3 || instruction.operands[2].tensor != nil,
            instruction.operands[0].shape.count > 0, instruction.type.shape.count > 0
        else { return nil }
        let shape = instruction.operands[0].shape
        return shape[0] == 1 || shape[2] == 1 ? (geometry, source) : nil
    }
}

extension Shape {
    /// Whether two shapes differ by an axis of extent one behind the channels.
    fileprivate func differsByTime(from other: Shape) -> Bool {
        let (long, short) = rank > other.rank ? (self, other) : (other, self)
        return long.rank == 5 && short.rank == 4 && long[2] == 1
            && Array(long.extents[..<2]) + Array(long.extents[3...]) == short.extents
    }
}

extension ProgramBuilder {
    /// Puts trunks in the places of the segments that are worth it, from the end to the beginning.
    /// - Returns: the same instructions where there are none.
    /// - Throws: ``GraphError``.
    func withSegments(_ instructions: [Program.Instruction], output: Int) throws -> [Program.Instruction] {
        let search = SegmentSearch(instructions, output: output)
        var taken: Set<Int> = []
        var replacements: [Int: [Program.Instruction]] = [:]
        for last in instructions.reversed() where !taken.contains(last.result) {
            guard let segment = search.segment(endingAt: last.result),
                taken.isDisjoint(with: segment.stages.flatMap(\.slots)), let trunk = Self.trunk(of: segment)
            else { continue }
            let value = try emit(.frozenTrunk(GraphTrunk(trunk: trunk)), [segment.source], at: last.node)
            guard let step = definition(of: value) else { continue }
            taken.formUnion(segment.stages.flatMap(\.slots))
            // The result keeps its name: others read it.
            let isSame = value.shape == last.type.shape
            replacements[last.result] =
                isSame
                ? [Program.Instruction(renaming: step, to: last)]
                : [
                    step,
                    Program.Instruction(
                        primitive: .reshape(last.type.shape), operands: [value], result: last.result, type: last.type,
                        node: last.node),
                ]
        }
        guard !replacements.isEmpty else { return instructions }
        return Self.needed(instructions.flatMap { replacements[$0.result] ?? [$0] }, output: output)
    }

    private static func trunk(of segment: SegmentSearch.Segment) -> FrozenTrunk? {
        var builder = FrozenTrunkBuilder(summation: .direct)
        var values = segment.source.slot.map { [$0: builder.clip] } ?? [:]
        for stage in segment.stages {
            let operands = stage.convolution.operands
            guard let source = values[stage.source], let weight = operands[1].tensor else { return nil }
            let bias = operands.count > 2 ? operands[2].tensor : Tensor(shape: [weight.shape[0]], repeating: 0)
            guard let bias else { return nil }
            values[stage.result] = builder.convolution(
                source, weight: weight, bias: bias, geometry: stage.geometry,
                addend: stage.addend.flatMap { values[$0] }, rectified: stage.rectifies)
        }
        return builder.build()
    }
}

extension Program.Instruction {
    /// What gives the result of another.
    fileprivate init(renaming step: Program.Instruction, to other: Program.Instruction) {
        self.init(
            primitive: step.primitive, operands: step.operands, result: other.result, type: other.type, node: other.node
        )
    }
}
