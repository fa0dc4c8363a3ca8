package import Tensors

/// A pass through a trunk that kept one layer's activation, and the way back to it.
package struct LayerPass {
    /// `[C, T, H, W]`, behind the layer's ReLU.
    package let activation: Tensor
    /// `[1, C']`, what the trunk gives.
    package let result: Tensor
    private let run: TrunkRun
    private let bits: SignBits

    /// The derivative of a scalar by the activation.
    /// - Parameter gradient: by the trunk's result, `[1, C']`.
    /// - Returns: the activation's shape.
    package func gradient(_ gradient: Tensor) -> Tensor {
        run.holding(run.plan.arena) { arena in
            run.spread(gradient, into: arena, bits: bits)
            run.run(run.plan.backward[...], clip: nil, clipGradient: nil, arena: arena, bits: bits)
            return run.plan.tensor(of: run.plan.end, at: UnsafePointer(arena.base) + run.plan.endGradient)
        }
    }

    /// - Precondition: the trunk has a value `value`.
    init(_ trunk: FrozenTrunk, clip: Tensor, value: Int, parallelism: Parallelism, meter: WorkMeter) throws {
        let run = try TrunkRun(trunk, clip.shape, backTo: value, parallelism: parallelism, meter: meter)
        let plan = run.plan
        let bits = SignBits(bytes: plan.bitBytes, meter: meter)
        (activation, result) = clip.reading { clip in
            run.holding(plan.arena) { arena in
                // A value lies where its step wrote it only until the next steps reuse the place.
                run.run(plan.forward[..<value], clip: clip.base, clipGradient: nil, arena: arena, bits: bits)
                let activation = plan.tensor(of: value, at: UnsafePointer(arena.base) + plan.place(of: value))
                run.run(plan.forward[value...], clip: clip.base, clipGradient: nil, arena: arena, bits: bits)
                return (activation, run.mean(UnsafePointer(arena.base) + plan.result))
            }
        }
        (self.run, self.bits) = (run, bits)
    }
}

extension FrozenTrunk {
    /// One pass that keeps the activation of a named layer.
    /// - Parameter clip: `[1, C, T, H, W]`, before the trunk's normalisation.
    /// - Returns: nil when there is no layer of this name.
    /// - Throws: `ShapeError`.
    package func pass(_ clip: Tensor, layer: String, parallelism: Parallelism, meter: WorkMeter) throws -> LayerPass? {
        guard let value = named.first(where: { $0.name == layer })?.value else { return nil }
        return try LayerPass(self, clip: clip, value: value, parallelism: parallelism, meter: meter)
    }
}

extension FrozenTrunk {
    /// What ``pass(_:layer:parallelism:meter:)`` and the way back take, the clip and the parameters not counted.
    /// - Returns: nil when there is no layer of this name.
    /// - Throws: `ShapeError`.
    package func passCost(_ clip: Shape, layer: String, parallelism: Parallelism) throws -> CostEstimate.Pass? {
        guard let value = named.first(where: { $0.name == layer })?.value else { return nil }
        let plan = try TrunkPlan(self, clip: clip, backTo: value)
        let (layer, last) = (plan.extents[value], plan.extents[plan.extents.count - 1])
        let both = 2 * layer.channels * layer.extent.product
        let work = plan.arena + plan.sharedScratch + parallelism.threads * plan.ownScratch
        return CostEstimate.Pass(
            flops: TrunkPlan.flops(plan.forward) + TrunkPlan.flops(plan.backward),
            // What the trunk gives, and the gradient by it.
            bytes: plan.bitBytes + (both + work + 2 * last.channels) * MemoryLayout<Float>.stride)
    }
}

extension TrunkPlan {
    /// Where a value lies right after its step.
    fileprivate func place(of value: Int) -> Int {
        guard case .arena(let offset) = forward[value - 1].destination else {
            preconditionFailure("only the clip lies outside")
        }
        return offset
    }

    /// A value, or its gradient, out of its blocks: `[C, T, H, W]`.
    fileprivate func tensor(of value: Int, at base: UnsafePointer<Float>) -> Tensor {
        let (extents, lanes) = (extents[value], BlockedExtents.lanes)
        let extent = extents.extent
        return Tensor(uninitialized: [extents.channels, extent.depth, extent.height, extent.width]) { values in
            for channel in 0..<extents.channels {
                for slice in 0..<extent.depth {
                    let plane = extents.plane(slice: slice, block: channel / lanes)
                    let start = (channel * extent.depth + slice) * extents.area
                    for position in 0..<extents.area {
                        values[start + position] = base[(plane + position) * lanes + channel % lanes]
                    }
                }
            }
        }
    }
}
