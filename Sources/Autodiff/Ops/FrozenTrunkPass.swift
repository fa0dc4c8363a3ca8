package import Tensors

/// The shape of a trunk's result: `[1, C']`, or features that lie as those that it takes.
/// - Parameter x: `[1, C, T, H, W]`; features may be `[N, C, H, W]` and `[N, C, 1, H, W]`.
/// - Throws: ``ShapeError``.
package func frozenTrunkShape(_ x: Shape, trunk: FrozenTrunk) throws -> Shape {
    let taken = try trunk.taken(x)
    let plan = try TrunkPlan(trunk, clip: taken.clip, backTo: 0)
    let last = plan.extents[plan.extents.count - 1]
    return taken.features?.shape(of: last) ?? [1, last.channels]
}

/// What a gradient through a trunk takes.
/// - Parameter x: as ``frozenTrunkShape(_:trunk:)`` takes it.
/// - Throws: ``ShapeError``.
package func frozenTrunkCost(_ x: Shape, trunk: FrozenTrunk, parallelism: Parallelism) throws -> CostEstimate {
    let taken = try trunk.taken(x)
    let plan = try TrunkPlan(trunk, clip: taken.clip, backTo: 0)
    let floats = MemoryLayout<Float>.stride
    let work = plan.sharedScratch + parallelism.threads * plan.ownScratch
    let last = plan.extents[plan.extents.count - 1]
    let result = (taken.features?.shape(of: last).count ?? last.channels) * floats
    return CostEstimate(
        forward: .init(
            flops: TrunkPlan.flops(plan.forward), bytes: plan.bitBytes + (plan.arena + work) * floats + result),
        backward: .init(
            flops: TrunkPlan.flops(plan.backward),
            bytes: plan.bitBytes + (plan.arena + work + x.count) * floats),
        keptBytes: plan.bitBytes, resultBytes: result, parameterBytes: trunk.parameterBytes,
        directFlops: plan.directFlops)
}

/// Convolutions of a frozen network as one operation, up to the mean over time and space or up to activations: activations stay in blocks of
/// channels from one convolution to the next, and sums, biases and ReLUs are done while a result is in cache.
///
/// Keeps one bit for each activation behind a ReLU, and nothing when `x` wants no gradient.
/// - Parameter x: as ``frozenTrunkShape(_:trunk:)`` takes it, before the trunk's normalisation.
/// - Returns: of ``frozenTrunkShape(_:trunk:)``.
/// - Throws: ``ShapeError``.
package func frozenTrunk(_ x: Variable, _ trunk: FrozenTrunk, meter: WorkMeter) throws -> Variable {
    let run = try TrunkRun(trunk, x.shape, parallelism: x.tape.parallelism, meter: meter)
    let bytes = run.plan.bitBytes
    let bits = x.wantsGradient ? SignBits(bytes: bytes, meter: meter) : nil
    let value = run.forward(x.value, bits: bits)
    return x.tape.record(value, .frozenTrunk, parents: [x], keptBytes: bytes) { gradient in
        guard let bits else { preconditionFailure("a gradient of a constant") }
        return [run.backward(gradient, bits: bits)]
    }
}

/// Which operands of one ReLU were positive, to compare implementations by.
package struct ReluSigns: Sendable {
    /// `[C, T, H, W]`, of the activations.
    package let shape: Shape
    /// One bit an activation, `[T, ⌈C / 16⌉, H, W, 16]`, the lowest bit of a byte first; the bits of channels beyond C mean nothing.
    package let bits: [UInt8]
}

/// The signs that a forward pass leaves behind, ReLU after ReLU in the order of the convolutions.
/// - Parameter x: as ``frozenTrunkShape(_:trunk:)`` takes it.
/// - Throws: ``ShapeError``.
package func frozenTrunkSigns(_ x: Tensor, _ trunk: FrozenTrunk, parallelism: Parallelism) throws -> [ReluSigns] {
    let meter = WorkMeter()
    let run = try TrunkRun(trunk, x.shape, parallelism: parallelism, meter: meter)
    let plan = run.plan
    let bits = SignBits(bytes: plan.bitBytes, meter: meter)
    _ = run.forward(x, bits: bits)
    return zip(plan.bits, plan.extents).compactMap { offset, extents in
        offset.map { offset in
            ReluSigns(
                shape: [extents.channels, extents.extent.depth, extents.extent.height, extents.extent.width],
                bits: Array(UnsafeBufferPointer(start: bits.base + offset, count: 2 * extents.vectors)))
        }
    }
}
