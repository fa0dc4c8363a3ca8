import CKernels

/// Winograd's F(4×4, 3×3) (Lavin and Gray, arXiv:1509.09308) over the slices of a convolution with stride one in space; the taps along time are
/// summed among the products. 36 products for 16 results that direct summation takes 144 for.
struct SpatialTransform: BlockTransform {
    let convolution: BlockedConvolution
    private let tiling: ck_tiling
    private let tilesPerSlice: Int
    /// For each tap along time, the nine taps of its window in the order of what they read.
    private let taps: [[Int]]

    /// - Returns: nil when the convolution has no such window.
    init?(_ convolution: BlockedConvolution) {
        let plan = convolution.plan
        guard let height = plan.height.windowOfThree, let width = plan.width.windowOfThree else { return nil }
        let across = (plan.width.count + 3) / 4
        tiling = ck_tiling(
            source_height: plan.height.sourceExtent, source_width: plan.width.sourceExtent,
            offset_height: height.offset, offset_width: width.offset, across: across, height: plan.height.count,
            width: plan.width.count)
        tilesPerSlice = across * ((plan.height.count + 3) / 4)
        taps = plan.depth.taps.indices.map { depth in
            height.order.flatMap { row in width.order.map { convolution.kernelTap(depth, row, $0) } }
        }
        self.convolution = convolution
    }

    let points = 36
    let separatesBlocks = true
    let costs = TransformCosts(input: 470, result: 260, weights: 2500)
    var blocks: Int { taps.count * convolution.source.blocks }
    var vectors: Int { convolution.destination.blocks }
    var rows: Int { convolution.plan.depth.count * tilesPerSlice }

    func writeInput(
        _ source: Reads, rows: Range<Int>, blocks: Range<Int>, to: UnsafeMutablePointer<Float>, pointStep: Int,
        blockStep: Int
    ) {
        let lanes = BlockedExtents.lanes
        for block in blocks {
            let (tap, channels) = block.quotientAndRemainder(dividingBy: convolution.source.blocks)
            forEachRun(of: rows, length: tilesPerSlice) { slice, first, count, before in
                let plane = convolution.sourceSlice(slice, tap: tap).map {
                    source + convolution.source.plane(slice: $0, block: channels) * lanes
                }
                ck_tile_input(plane, tiling, first, count, to + block * blockStep + before * lanes, pointStep)
            }
        }
    }

    func writeWeights(
        vector: Int, blocks: Range<Int>, to: UnsafeMutablePointer<Float>, pointStep: Int, rowStep: Int
    ) {
        for block in blocks {
            let (tap, channels) = block.quotientAndRemainder(dividingBy: convolution.source.blocks)
            convolution.weights.withBlock(
                row: channels, column: vector, taps: taps[tap], direction: convolution.direction
            ) {
                ck_tile_weights(
                    $0, $1, to + (block - blocks.lowerBound) * BlockedExtents.lanes * rowStep, pointStep, rowStep)
            }
        }
    }

    func writeResult(
        vector: Int, rows: Range<Int>, from: UnsafePointer<Float>, pointStep: Int, into destination: Writes,
        finish: BlockedFinish
    ) {
        let lanes = BlockedExtents.lanes
        forEachRun(of: rows, length: tilesPerSlice) { slice, first, count, before in
            let plane = convolution.destination.plane(slice: convolution.destinationSlice(slice), block: vector)
            ck_tile_output(
                from + before * lanes, pointStep, tiling, first, count, destination + plane * lanes,
                finish.at(vector: plane, block: vector))
        }
    }
}
