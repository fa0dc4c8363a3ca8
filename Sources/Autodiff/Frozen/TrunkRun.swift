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
    /// How what it takes and gives lies; nil for a clip and a mean.
    let features: FeatureExtents?
    let parallelism: Parallelism
    let meter: WorkMeter

    /// - Parameters:
    ///   - x: of what the trunk takes.
    ///   - end: the value whose gradient is wanted, 0 for what the trunk takes.
    /// - Throws: `ShapeError` when a convolution does not fit what it takes.
    init(_ trunk: FrozenTrunk, _ x: Shape, backTo end: Int = 0, parallelism: Parallelism, meter: WorkMeter) throws {
        let taken = try trunk.taken(x)
        (self.trunk, self.parallelism, self.meter) = (trunk, parallelism, meter)
        features = taken.features
        plan = try TrunkPlan(trunk, clip: taken.clip, backTo: end)
    }

    /// - Parameters:
    ///   - x: `[1, C, T, H, W]`, or as the features lie.
    ///   - bits: takes the signs of the ReLUs, when a backward pass is to come.
    /// - Returns: `[1, C']`, the mean over time and space, or features.
    func forward(_ x: Tensor, bits: SignBits?) -> Tensor {
        x.reading { x in
            holding(plan.arena) { arena in
                guard let features, let source = plan.source, let last = plan.extents.last else {
                    run(plan.forward[...], clip: x.base, clipGradient: nil, arena: arena, bits: bits)
                    return mean(UnsafePointer(arena.base) + plan.result)
                }
                features.pack(x, plan.extents[0], into: Writes(base: arena + source), parallelism: parallelism)
                run(plan.forward[...], clip: nil, clipGradient: nil, arena: arena, bits: bits)
                return Tensor(writing: features.shape(of: last)) { result in
                    features.unpack(Writes(base: arena + plan.result), last, into: result, parallelism: parallelism)
                }
            }
        }
    }

    /// - Parameter gradient: of the shape of what the forward pass gave.
    /// - Returns: of the shape of what it took.
    func backward(_ gradient: Tensor, bits: SignBits) -> Tensor {
        guard let features, let last = plan.extents.last else { return backwardToClip(gradient, bits: bits) }
        return Tensor(writing: features.shape(of: plan.extents[0])) { result in
            holding(plan.arena) { arena in
                gradient.reading {
                    features.pack($0, last, into: Writes(base: arena + plan.resultGradient), parallelism: parallelism)
                }
                maskResultGradient(arena, last, bits: bits)
                run(plan.backward[...], clip: nil, clipGradient: nil, arena: arena, bits: bits)
                features.unpack(
                    Writes(base: arena + plan.endGradient), plan.extents[0], into: result, parallelism: parallelism)
            }
        }
    }

    /// By the bits of the last ReLU, if there is one.
    private func maskResultGradient(_ arena: Writes, _ last: BlockedExtents, bits: SignBits) {
        guard let offset = plan.bits[plan.extents.count - 1] else { return }
        var finish = BlockedFinish()
        finish.mask = UnsafePointer(bits.base + offset)
        let values = Writes(base: arena + plan.resultGradient)
        finishInPlace(last, ProductOperands(source: Reads(base: values.base), destination: values, finish: finish))
    }

    private func backwardToClip(_ gradient: Tensor, bits: SignBits) -> Tensor {
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
                if step.products.isEmpty { finishInPlace(step.extents, operands) }
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

    private func finishInPlace(_ extents: BlockedExtents, _ operands: ProductOperands) {
        let piece = 1 << 11
        parallelism.forEach((extents.vectors + piece - 1) / piece) { index in
            let first = index * piece
            ck_block_finish(
                operands.destination + first * BlockedExtents.lanes, min(piece, extents.vectors - first),
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
