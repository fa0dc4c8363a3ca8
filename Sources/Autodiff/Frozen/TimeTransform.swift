import CKernels

/// Winograd's F(4, 3) along time for a convolution over whole slices with three taps and stride one: 6 products for 4 results that direct
/// summation takes 12 for.
struct TimeTransform: BlockTransform {
    let convolution: BlockedConvolution
    private let taps: [Int]
    private let offset: Int
    private let area: Int

    /// - Returns: nil when the convolution is none over time alone.
    init?(_ convolution: BlockedConvolution) {
        let plan = convolution.plan
        guard plan.readsWholeSlices, let depth = plan.depth.windowOfThree else { return nil }
        offset = depth.offset
        taps = depth.order.map { convolution.kernelTap($0, 0, 0) }
        area = convolution.destination.area
        self.convolution = convolution
    }

    let points = 6
    let separatesBlocks = true
    let costs = TransformCosts(input: 24, result: 40, weights: 500)
    var blocks: Int { convolution.source.blocks }
    var vectors: Int { convolution.destination.blocks }
    /// A row is a position in four slices.
    var rows: Int { (convolution.plan.depth.count + 3) / 4 * area }

    func writeInput(
        _ source: Reads, rows: Range<Int>, blocks: Range<Int>, to: UnsafeMutablePointer<Float>, pointStep: Int,
        blockStep: Int
    ) {
        let lanes = BlockedExtents.lanes
        for block in blocks {
            forEachRun(of: rows, length: area) { tile, first, count, before in
                let slices: [UnsafePointer<Float>?] = (0..<6).map {
                    let at = tile * 4 + $0 + offset
                    guard at >= 0, at < convolution.source.extent.depth else { return nil }
                    return source + convolution.source.plane(slice: at, block: block) * lanes
                }
                ck_time_input(slices, first, count, to + block * blockStep + before * lanes, pointStep)
            }
        }
    }

    func writeWeights(
        vector: Int, blocks: Range<Int>, to: UnsafeMutablePointer<Float>, pointStep: Int, rowStep: Int
    ) {
        for block in blocks {
            convolution.weights.withBlock(
                row: block, column: vector, taps: taps, direction: convolution.direction
            ) {
                ck_time_weights(
                    $0, $1, to + (block - blocks.lowerBound) * BlockedExtents.lanes * rowStep, pointStep, rowStep)
            }
        }
    }

    func writeResult(
        vector: Int, rows: Range<Int>, from: UnsafePointer<Float>, pointStep: Int, into destination: Writes,
        finish: BlockedFinish
    ) {
        let lanes = BlockedExtents.lanes
        let extents = convolution.destination
        forEachRun(of: rows, length: area) { tile, first, count, before in
            let plane = extents.plane(slice: tile * 4, block: vector)
            ck_time_output(
                from + before * lanes, pointStep, first, count, min(4, extents.extent.depth - tile * 4),
                extents.blocks * extents.area, destination + plane * lanes, finish.at(vector: plane, block: vector))
        }
    }
}
