import Autodiff
import Tensors

/// What a pass takes: a program's instructions gone through with shapes alone, holding and releasing what ``Program`` and `Tape` hold and release.
/// The input's memory is not counted, its owner counts it.
struct DryRun {
    /// Of the forward pass; of the backward pass behind it, the output and its seed included.
    private(set) var forward = CostEstimate.Pass(flops: 0, bytes: 0), backward = CostEstimate.Pass(flops: 0, bytes: 0)
    /// Bytes that the forward pass leaves behind for the backward pass.
    private(set) var keptBytes = 0
    /// Multiplications and additions of textbook summation, forwards.
    private(set) var directFlops = 0

    /// An operation on the tape.
    private struct Record {
        let slot: Int
        let memory: PrimitiveMemory
        let kept: [MemoryTrace.Storage]
        let operands: [Value]
        let wanted: [Bool]
    }

    private var trace = MemoryTrace()
    private let parallelism: Parallelism
    /// Slots that want a gradient.
    private var wanting: Set<Int> = []
    private var storages: [Int: MemoryTrace.Storage] = [:]
    private var records: [Record] = []

    /// - Parameters:
    ///   - leaf: the slot whose gradient is asked for: 0, that of the input, or one whose instruction is the first that is recorded.
    ///   - parallelism: work memory grows with threads.
    init(
        _ instructions: [Program.Instruction], leaf: Int, output: (slot: Int, bytes: Int), parallelism: Parallelism
    ) {
        self.parallelism = parallelism
        storages[0] = trace.allocate(bytes: 0)
        if leaf == 0 { begin(at: leaf) }
        for instruction in instructions {
            run(instruction)
            if instruction.result == leaf { begin(at: leaf) }
        }
        forward.bytes = trace.peakBytes
        keptBytes = trace.heldBytes - output.bytes
        trace.restart()
        goBack(from: output)
        backward.bytes = trace.peakBytes
    }

    /// The value at which recording begins stays with the caller.
    private mutating func begin(at leaf: Int) {
        wanting.insert(leaf)
        if let storage = storages[leaf] { trace.hold(storage) }
    }

    private mutating func run(_ instruction: Program.Instruction) {
        let operands = instruction.operands
        let wanted = operands.map { $0.isReal && $0.slot.map(wanting.contains) ?? false }
        let flops = instruction.primitive.passFlops(
            operands.map(\.shape), wanted: wanted, result: instruction.type.shape, parallelism: parallelism)
        if instruction.type.kind == .real {
            forward.flops += flops.forward
            backward.flops += flops.backward
            directFlops += flops.direct
        }
        let memory = instruction.primitive.memory(
            operands.map(\.type), wanted: wanted, result: instruction.type, parallelism: parallelism)
        let result: MemoryTrace.Storage
        if let operand = memory.sharedOperand, let storage = operands[operand].slot.flatMap({ storages[$0] }) {
            trace.hold(storage)
            result = storage
        } else {
            result = trace.allocate(bytes: instruction.type.bytes)
        }
        storages[instruction.result] = result
        if memory.isDifferentiable, wanted.contains(true) {
            wanting.insert(instruction.result)
            var kept = memory.keptOperands.compactMap { operands[$0].slot.flatMap { storages[$0] } }
            if memory.keepsResult { kept.append(result) }
            for storage in kept { trace.hold(storage) }
            if memory.keptBytes > 0 { kept.append(trace.allocate(bytes: memory.keptBytes)) }
            records.append(
                Record(
                    slot: instruction.result, memory: memory, kept: kept, operands: operands,
                    wanted: wanted))
        }
        trace.work(bytes: memory.forwardWork)
        for slot in instruction.releases {
            guard let storage = storages.removeValue(forKey: slot) else { continue }
            trace.release(storage)
        }
    }

    /// As `Tape.releasingGradients(of:seed:withRespectTo:)` goes back.
    private mutating func goBack(from output: (slot: Int, bytes: Int)) {
        // The caller holds the seed, too.
        let seed = trace.allocate(bytes: output.bytes)
        trace.hold(seed)
        var pending = [output.slot: seed]
        for record in records.reversed() {
            guard var gradient = pending.removeValue(forKey: record.slot) else { continue }
            var shares: [(slot: Int, storage: MemoryTrace.Storage)] = []
            for (index, share) in record.memory.shares where record.wanted.indices.contains(index) {
                guard record.wanted[index], let slot = record.operands[index].slot else { continue }
                switch share {
                case .gradient: trace.hold(gradient)
                case .updated:
                    trace.overwrite(&gradient)
                    trace.hold(gradient)
                case .new:
                    shares.append((slot, trace.allocate(bytes: record.operands[index].type.bytes)))
                    continue
                }
                shares.append((slot, gradient))
            }
            trace.work(bytes: record.memory.backwardWork)
            for (slot, share) in shares {
                if var sum = pending[slot] {
                    trace.overwrite(&sum)
                    pending[slot] = sum
                } else {
                    trace.hold(share)
                    pending[slot] = share
                }
            }
            for storage in record.kept + shares.map(\.storage) + [gradient] { trace.release(storage) }
        }
    }
}
