import CKernels

/// A convolution as one product: rows are positions, and each tap's channels are blocks of the sum. Takes any stride, padding and dilation.
struct DirectTransform: BlockTransform {
    let convolution: BlockedConvolution

    private var plan: TapPlan { convolution.plan }

    let points = 1
    let separatesBlocks = true
    let costs = TransformCosts(input: 4, result: 8, weights: 128)
    var blocks: Int { plan.taps * convolution.source.blocks }
    var vectors: Int { convolution.destination.blocks }
    var rows: Int { plan.positions }

    private func tap(_ block: Int) -> (depth: Int, height: Int, width: Int, channels: Int) {
        let (tap, channels) = block.quotientAndRemainder(dividingBy: convolution.source.blocks)
        let (rest, width) = tap.quotientAndRemainder(dividingBy: plan.width.taps.count)
        let (depth, height) = rest.quotientAndRemainder(dividingBy: plan.height.taps.count)
        return (depth, height, width, channels)
    }

    func writeInput(
        _ source: Reads, rows: Range<Int>, blocks: Range<Int>, to: UnsafeMutablePointer<Float>, pointStep: Int,
        blockStep: Int
    ) {
        let lanes = BlockedExtents.lanes
        for block in blocks {
            let tap = tap(block)
            let window = ck_window(
                height: plan.height.sourceExtent, width: plan.width.sourceExtent, step_height: plan.height.step,
                offset_height: plan.height.offsets[tap.height], step_width: plan.width.step,
                offset_width: plan.width.offsets[tap.width], across: plan.width.count)
            forEachRun(of: rows, length: plan.height.count * plan.width.count) { slice, first, count, before in
                let plane = convolution.sourceSlice(slice, tap: tap.depth).map {
                    source + convolution.source.plane(slice: $0, block: tap.channels) * lanes
                }
                ck_block_gather(plane, window, first, count, to + block * blockStep + before * lanes)
            }
        }
    }

    func writeWeights(
        vector: Int, blocks: Range<Int>, to: UnsafeMutablePointer<Float>, pointStep: Int, rowStep: Int
    ) {
        for block in blocks {
            let tap = tap(block)
            convolution.weights.withBlock(
                row: tap.channels, column: vector,
                taps: [convolution.kernelTap(tap.depth, tap.height, tap.width)],
                direction: convolution.direction
            ) { base, places in
                ck_block_copy(
                    base + places[0] * BlockedWeights.area,
                    to + (block - blocks.lowerBound) * BlockedExtents.lanes * rowStep, rowStep)
            }
        }
    }

    func writeResult(
        vector: Int, rows: Range<Int>, from: UnsafePointer<Float>, pointStep: Int, into destination: Writes,
        finish: BlockedFinish
    ) {
        let lanes = BlockedExtents.lanes
        let window = ck_window(
            height: plan.height.destinationExtent, width: plan.width.destinationExtent,
            step_height: plan.height.spacing, offset_height: plan.height.start, step_width: plan.width.spacing,
            offset_width: plan.width.start, across: plan.width.count)
        forEachRun(of: rows, length: plan.height.count * plan.width.count) { slice, first, count, before in
            let plane = convolution.destination.plane(slice: convolution.destinationSlice(slice), block: vector)
            ck_block_place(
                from + before * lanes, window, first, count, destination + plane * lanes,
                finish.at(vector: plane, block: vector))
        }
    }
}
