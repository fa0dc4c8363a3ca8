import CKernels
import Tensors

/// The sign bits that a forward pass leaves behind for the backward pass.
final class SignBits: @unchecked Sendable {
    let base: UnsafeMutablePointer<UInt8>
    private let bytes: Int
    private let meter: WorkMeter

    /// Uninitialised; the forward pass writes them all.
    init(bytes: Int, meter: WorkMeter) {
        self.bytes = bytes
        self.meter = meter
        base = .allocate(capacity: max(bytes, 1))
        meter.took(bytes: bytes)
    }

    deinit {
        base.deallocate()
        meter.gave(bytes: bytes)
    }
}

/// One pass through a trunk, forwards or backwards.
struct TrunkRun {
    let trunk: FrozenTrunk
    let plan: TrunkPlan
    let parallelism: Parallelism
    let meter: WorkMeter

    /// - Parameters:
    ///   - clip: `[1, C, T, H, W]`.
    ///   - bits: takes the signs of the ReLUs, when a backward pass is to come.
    /// - Returns: `[1, C']`, the mean over time and space.
    func forward(_ clip: Tensor, bits: SignBits?) -> Tensor {
        clip.reading { clip in
            holding(plan.arena) { arena in
                run(plan.forward[...], clip: clip.base, clipGradient: nil, arena: arena, bits: bits)
                return mean(UnsafePointer(arena.base) + plan.result)
            }
        }
    }

    /// - Parameter gradient: `[1, C']`.
    /// - Returns: `[1, C, T, H, W]`.
    func backward(_ gradient: Tensor, bits: SignBits) -> Tensor {
        Tensor(writing: plan.clip) { clip in
            holding(plan.arena) { arena in
                spread(gradient, into: arena, bits: bits)
                run(plan.backward[...], clip: nil, clipGradient: clip.base, arena: arena, bits: bits)
            }
        }
    }

    func holding<R>(_ count: Int, _ body: (Writes) -> R) -> R {
        let arena = OwnedFloats(count: count)
        meter.took(bytes: arena.byteCount)
        defer { meter.gave(bytes: arena.byteCount) }
        return withExtendedLifetime(arena) { body(Writes(base: arena.base)) }
    }

    func run(
        _ steps: ArraySlice<TrunkPlan.Step>, clip: UnsafePointer<Float>?, clipGradient: UnsafeMutablePointer<Float>?,
        arena: Writes, bits: SignBits?
    ) {
        let own = Scratch(count: plan.ownScratch, meter: meter)
        holding(plan.sharedScratch) { shared in
            let memory = ProductMemory(shared: shared, own: own, meter: meter)
            for step in steps {
                let source: UnsafePointer<Float>
                let destination: UnsafeMutablePointer<Float>
                switch step.source {
                case .arena(let offset): source = UnsafePointer(arena + offset)
                case .clip: source = clip ?? UnsafePointer(arena.base)
                }
                switch step.destination {
                case .arena(let offset): destination = arena + offset
                case .clip: destination = clipGradient ?? arena.base
                }
                let operands = ProductOperands(
                    source: Reads(base: source), destination: Writes(base: destination),
                    finish: finish(step, arena: arena, bits: bits))
                if step.products.isEmpty { finishInPlace(step, operands) }
                for product in step.products {
                    product.transform.run(product.schedule, operands, memory: memory, parallelism: parallelism)
                }
            }
        }
    }

    private func finish(_ step: TrunkPlan.Step, arena: Writes, bits: SignBits?) -> BlockedFinish {
        var finish = BlockedFinish()
        if case .arena(let offset) = step.addend { finish.addend = UnsafePointer(arena + offset) }
        let place = step.bits.flatMap { plan.bits[$0] }.flatMap { offset in bits.map { $0.base + offset } }
        if let node = step.node {
            finish.bias = UnsafePointer(trunk.nodes[node].bias.base)
            finish.rectifies = trunk.nodes[node].rectifies
            finish.signs = place
        } else {
            finish.mask = place.map { UnsafePointer($0) }
        }
        return finish
    }

    private func finishInPlace(_ step: TrunkPlan.Step, _ operands: ProductOperands) {
        let piece = 1 << 11
        parallelism.forEach((step.extents.vectors + piece - 1) / piece) { index in
            let first = index * piece
            ck_block_finish(
                operands.destination + first * BlockedExtents.lanes, min(piece, step.extents.vectors - first),
                operands.finish.at(vector: first, block: 0))
        }
    }

    func mean(_ values: UnsafePointer<Float>) -> Tensor {
        let extents = plan.extents[plan.extents.count - 1]
        let positions = Double(extents.extent.product)
        return Tensor(writing: [1, extents.channels]) { means in
            let values = Reads(base: values)
            parallelism.forEach(extents.blocks) { block in
                withUnsafeTemporaryAllocation(of: Double.self, capacity: BlockedExtents.lanes) { sums in
                    sums.initialize(repeating: 0)
                    for slice in 0..<extents.extent.depth {
                        ck_block_sums(
                            values + extents.plane(slice: slice, block: block) * BlockedExtents.lanes, extents.area,
                            sums.baseAddress)
                    }
                    let first = block * BlockedExtents.lanes
                    for channel in first..<min(first + BlockedExtents.lanes, extents.channels) {
                        (means + channel).pointee = Float(sums[channel - first] / positions)
                    }
                }
            }
        }
    }

    /// The mean's gradient: each position gets an equal share, masked by the last ReLU's bits unless the way back ends here.
    func spread(_ gradient: Tensor, into arena: Writes, bits: SignBits) {
        let last = plan.extents.count - 1
        let extents = plan.extents[last]
        let share = Float(1 / Double(extents.extent.product))
        let mask = (plan.end == last ? nil : plan.bits[last]).map { Reads8(base: UnsafePointer(bits.base + $0)) }
        gradient.reading { gradient in
            parallelism.forEach(extents.extent.depth * extents.blocks) { unit in
                let block = unit % extents.blocks
                withUnsafeTemporaryAllocation(of: Float.self, capacity: BlockedExtents.lanes) { vector in
                    for lane in vector.indices {
                        let channel = block * BlockedExtents.lanes + lane
                        vector[lane] = channel < extents.channels ? (gradient + channel).pointee : 0
                    }
                    let plane = unit * extents.area
                    ck_block_fill(
                        vector.baseAddress, share,
                        arena + (plan.resultGradient + plane * BlockedExtents.lanes), extents.area,
                        mask.map { $0.base + plane * 2 })
                }
            }
        }
    }
}

/// Bits that pieces of parallel work read.
private struct Reads8: @unchecked Sendable {
    let base: UnsafePointer<UInt8>
}
