/// One phase of a convolution, or of its gradient by the input, over blocked activations.
struct BlockedConvolution: Sendable {
    let plan: TapPlan
    let weights: BlockedWeights
    let direction: Direction
    let source, destination: BlockedExtents

    /// The phases that together write the destination, each element once.
    static func phases(
        _ direction: Direction, _ extents: ConvolutionExtents, weights: BlockedWeights
    ) -> [BlockedConvolution] {
        let input = BlockedExtents(channels: extents.inputChannels, extent: extents.input)
        let output = BlockedExtents(channels: extents.outputChannels, extent: extents.output)
        switch direction {
        case .forward:
            let plan = TapPlan.forward(
                input: extents.input, output: extents.output, kernel: extents.kernel, geometry: extents.geometry)
            return [
                BlockedConvolution(
                    plan: plan, weights: weights, direction: direction, source: input, destination: output)
            ]
        case .backward:
            let plans = TapPlan.transposed(
                input: extents.input, output: extents.output, kernel: extents.kernel, geometry: extents.geometry)
            return plans.filter { $0.positions > 0 }.map {
                BlockedConvolution(
                    plan: $0, weights: weights, direction: direction, source: output, destination: input)
            }
        }
    }

    /// The index in the kernel of a tap of the plan.
    func kernelTap(_ depth: Int, _ height: Int, _ width: Int) -> Int {
        (plan.depth.taps[depth] * weights.kernel.height + plan.height.taps[height]) * weights.kernel.width
            + plan.width.taps[width]
    }

    /// The slice that a tap reads for the j-th slice of the destination; nil outside of the clip.
    func sourceSlice(_ j: Int, tap: Int) -> Int? {
        let at = j * plan.depth.step + plan.depth.offsets[tap]
        return at >= 0 && at < plan.depth.sourceExtent ? at : nil
    }

    /// The slice of the destination that the plan's j-th is.
    func destinationSlice(_ j: Int) -> Int { plan.depth.start + j * plan.depth.spacing }
}

extension TapAxis {
    /// The places of three taps that read one element after another at unit steps, in the order of what they read; nil for other axes.
    var windowOfThree: (order: [Int], offset: Int)? {
        guard step == 1, spacing == 1, start == 0, offsets.count == 3 else { return nil }
        let order = offsets.indices.sorted { offsets[$0] < offsets[$1] }
        let first = offsets[order[0]]
        guard order.map({ offsets[$0] }) == [first, first + 1, first + 2] else { return nil }
        return (order, first)
    }
}
