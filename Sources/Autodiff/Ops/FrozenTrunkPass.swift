package import Tensors

/// The shape of a trunk's result: `[1, C']`.
/// - Parameter x: `[1, C, T, H, W]`.
/// - Throws: ``ShapeError``.
package func frozenTrunkShape(_ x: Shape, trunk: FrozenTrunk) throws -> Shape {
    let plan = try TrunkPlan(trunk, clip: x, backTo: 0)
    return [1, plan.extents[plan.extents.count - 1].channels]
}

/// What a gradient through a trunk takes.
/// - Parameter x: `[1, C, T, H, W]`.
/// - Throws: ``ShapeError``.
package func frozenTrunkCost(_ x: Shape, trunk: FrozenTrunk, parallelism: Parallelism) throws -> CostEstimate {
    let plan = try TrunkPlan(trunk, clip: x, backTo: 0)
    let floats = MemoryLayout<Float>.stride
    let work = plan.sharedScratch + parallelism.threads * plan.ownScratch
    let result = plan.extents[plan.extents.count - 1].channels * floats
    return CostEstimate(
        forward: .init(
            flops: TrunkPlan.flops(plan.forward), bytes: plan.bitBytes + (plan.arena + work) * floats + result),
        backward: .init(
            flops: TrunkPlan.flops(plan.backward),
            bytes: plan.bitBytes + (plan.arena + work + x.count) * floats),
        keptBytes: plan.bitBytes, resultBytes: result, parameterBytes: trunk.parameterBytes,
        directFlops: plan.directFlops)
}

/// The convolutions of a frozen network up to the mean over time and space, as one operation: activations stay in blocks of channels from one
/// convolution to the next, and sums, biases and ReLUs are done while a result is in cache.
///
/// Keeps one bit for each activation behind a ReLU, and nothing when `x` wants no gradient.
/// - Parameter x: `[1, C, T, H, W]`, before the trunk's normalisation.
/// - Returns: `[1, C']`.
/// - Throws: ``ShapeError``.
package func frozenTrunk(_ x: Variable, _ trunk: FrozenTrunk, meter: WorkMeter) throws -> Variable {
    let plan = try TrunkPlan(trunk, clip: x.shape, backTo: 0)
    let run = TrunkRun(trunk: trunk, plan: plan, parallelism: x.tape.parallelism, meter: meter)
    let bits = x.wantsGradient ? SignBits(bytes: plan.bitBytes, meter: meter) : nil
    let value = run.forward(x.value, bits: bits)
    return x.tape.record(value, .frozenTrunk, parents: [x], keptBytes: plan.bitBytes) { gradient in
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
/// - Parameter x: `[1, C, T, H, W]`.
/// - Throws: ``ShapeError``.
package func frozenTrunkSigns(_ x: Tensor, _ trunk: FrozenTrunk, parallelism: Parallelism) throws -> [ReluSigns] {
    let plan = try TrunkPlan(trunk, clip: x.shape, backTo: 0)
    let meter = WorkMeter()
    let bits = SignBits(bytes: plan.bitBytes, meter: meter)
    _ = TrunkRun(trunk: trunk, plan: plan, parallelism: parallelism, meter: meter).forward(x, bits: bits)
    return zip(plan.bits, plan.extents).compactMap { offset, extents in
        offset.map { offset in
            ReluSigns(
                shape: [extents.channels, extents.extent.depth, extents.extent.height, extents.extent.width],
                bits: Array(UnsafeBufferPointer(start: bits.base + offset, count: 2 * extents.vectors)))
        }
    }
}
