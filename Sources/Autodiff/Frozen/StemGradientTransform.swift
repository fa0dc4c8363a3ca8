import CKernels
import Tensors

/// The gradient by the clip. All pixels of a cell of stride × stride are columns of one product, since the few channels of a clip would leave most
/// of a vector idle.
struct StemGradientTransform: BlockTransform {
    let stem: Stem
    let extents: ConvolutionExtents
    private let output: BlockedExtents
    private let heightWindow, widthWindow: Window

    /// The elements of the gradient that meet one cell along an axis: `cell + offset` for the offsets of a range.
    private struct Window {
        let stride, padding: Int
        let offsets: ClosedRange<Int>

        init(kernel: Int, stride: Int, padding: Int) {
            (self.stride, self.padding) = (stride, padding)
            // Pixel cell · stride + a gets tap k from the element (cell · stride + a + padding - k) / stride.
            let low = (padding - kernel + 1).dividedDown(by: stride)
            offsets = low...max(low, (stride - 1 + padding).dividedDown(by: stride))
        }

        /// The tap through which a pixel of the cell meets the element at an offset, if the kernel has it.
        func tap(pixel: Int, offset: Int, kernel: Int) -> Int? {
            let tap = pixel + padding - offset * stride
            return tap >= 0 && tap < kernel ? tap : nil
        }
    }

    init(_ stem: Stem, _ extents: ConvolutionExtents) {
        (self.stem, self.extents) = (stem, extents)
        output = BlockedExtents(channels: extents.outputChannels, extent: extents.output)
        let (kernel, geometry) = (extents.kernel, extents.geometry)
        heightWindow = Window(
            kernel: kernel.height, stride: geometry.stride.height, padding: geometry.padding.height)
        widthWindow = Window(kernel: kernel.width, stride: geometry.stride.width, padding: geometry.padding.width)
    }

    private var stride: Extent3 { extents.geometry.stride }
    private var columns: Int { stride.height * stride.width * extents.inputChannels }
    private var cellsAcross: Int { (extents.input.width + stride.width - 1) / stride.width }
    private var cellsPerSlice: Int { cellsAcross * ((extents.input.height + stride.height - 1) / stride.height) }

    let points = 1
    let separatesBlocks = true
    let costs = TransformCosts(input: 4, result: 100, weights: 2000)
    var blocks: Int {
        extents.kernel.depth * heightWindow.offsets.count * widthWindow.offsets.count * output.blocks
    }
    var vectors: Int { blocksHolding(columns) }
    var rows: Int { extents.input.depth * cellsPerSlice }

    private func tap(_ block: Int) -> (depth: Int, height: Int, width: Int, channels: Int) {
        let (tap, channels) = block.quotientAndRemainder(dividingBy: output.blocks)
        let (rest, width) = tap.quotientAndRemainder(dividingBy: widthWindow.offsets.count)
        let (depth, height) = rest.quotientAndRemainder(dividingBy: heightWindow.offsets.count)
        return (depth, heightWindow.offsets.lowerBound + height, widthWindow.offsets.lowerBound + width, channels)
    }

    func writeInput(
        _ source: Reads, rows: Range<Int>, blocks: Range<Int>, to: UnsafeMutablePointer<Float>, pointStep: Int,
        blockStep: Int
    ) {
        let lanes = BlockedExtents.lanes
        for block in blocks {
            let tap = tap(block)
            let window = ck_window(
                height: output.extent.height, width: output.extent.width, step_height: 1, offset_height: tap.height,
                step_width: 1, offset_width: tap.width, across: cellsAcross)
            forEachRun(of: rows, length: cellsPerSlice) { slice, first, count, before in
                let (at, rest) = (slice + extents.geometry.padding.depth - tap.depth).quotientAndRemainder(
                    dividingBy: stride.depth)
                let plane =
                    rest == 0 && at >= 0 && at < output.extent.depth
                    ? source + output.plane(slice: at, block: tap.channels) * lanes : nil
                ck_block_gather(plane, window, first, count, to + block * blockStep + before * lanes)
            }
        }
    }

    func writeWeights(
        vector: Int, blocks: Range<Int>, to: UnsafeMutablePointer<Float>, pointStep: Int, rowStep: Int
    ) {
        let lanes = BlockedExtents.lanes
        let kernel = extents.kernel
        stem.weight.withUnsafeValues { weight in
            for block in blocks {
                let tap = tap(block)
                for k in 0..<lanes {
                    let row = to + ((block - blocks.lowerBound) * lanes + k) * rowStep
                    let from = tap.channels * lanes + k
                    for lane in 0..<lanes {
                        let (cell, channel) = (vector * lanes + lane).quotientAndRemainder(
                            dividingBy: extents.inputChannels)
                        let (y, x) = cell.quotientAndRemainder(dividingBy: stride.width)
                        guard from < extents.outputChannels, y < stride.height,
                            let height = heightWindow.tap(pixel: y, offset: tap.height, kernel: kernel.height),
                            let width = widthWindow.tap(pixel: x, offset: tap.width, kernel: kernel.width)
                        else {
                            row[lane] = 0
                            continue
                        }
                        let place = (from * extents.inputChannels + channel) * kernel.depth + tap.depth
                        row[lane] = weight[(place * kernel.height + height) * kernel.width + width]
                    }
                }
            }
        }
    }

    func writeResult(
        vector: Int, rows: Range<Int>, from: UnsafePointer<Float>, pointStep: Int, into destination: Writes,
        finish: BlockedFinish
    ) {
        let input = extents.input
        let cells = ck_cells(
            across: cellsAcross, step_height: stride.height, step_width: stride.width,
            channels: extents.inputChannels, first_column: vector * BlockedExtents.lanes, height: input.height,
            width: input.width, plane: input.product)
        forEachRun(of: rows, length: cellsPerSlice) { slice, first, count, before in
            ck_plane_scatter(
                from + before * BlockedExtents.lanes, cells, first, count, stem.factors,
                destination + slice * input.height * input.width)
        }
    }
}

extension Int {
    /// Rounded towards minus infinity.
    fileprivate func dividedDown(by divisor: Int) -> Int {
        let (quotient, rest) = quotientAndRemainder(dividingBy: divisor)
        return rest < 0 ? quotient - 1 : quotient
    }
}
