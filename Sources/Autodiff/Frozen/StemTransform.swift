import CKernels
import Tensors

/// The first convolution of a network, from planes of single values `[C, T, H, W]` with few channels: a patch's values are the sum's extent, and
/// the input's normalisation is done on the way.
struct StemTransform: BlockTransform {
    let stem: Stem
    let extents: ConvolutionExtents
    private let output: BlockedExtents

    init(_ stem: Stem, _ extents: ConvolutionExtents) {
        (self.stem, self.extents) = (stem, extents)
        output = BlockedExtents(channels: extents.outputChannels, extent: extents.output)
    }

    let points = 1
    let separatesBlocks = false
    let costs = TransformCosts(input: 16, result: 8, weights: 2000)
    private var patch: Int { extents.inputChannels * extents.taps }
    var blocks: Int { blocksHolding(patch) }
    var vectors: Int { output.blocks }
    var rows: Int { output.extent.product }

    func writeInput(
        _ source: Reads, rows: Range<Int>, blocks: Range<Int>, to: UnsafeMutablePointer<Float>, pointStep: Int,
        blockStep: Int
    ) {
        let (input, kernel, geometry) = (extents.input, extents.kernel, extents.geometry)
        let across = extents.output.width
        let area = input.height * input.width
        let planes = extents.inputChannels * kernel.depth
        let lineWidth = max((across - 1) * geometry.stride.width + kernel.width, geometry.padding.width)
        forEachRun(of: rows, length: output.area) { slice, first, count, before in
            // The lines that these positions read, padded with zeros.
            let top = first / across
            let lines = ((first + count - 1) / across - top) * geometry.stride.height + kernel.height
            let plane = lines * lineWidth
            withUnsafeTemporaryAllocation(of: Float.self, capacity: planes * plane + 8 + patch + 32) { scratch in
                guard let padded = scratch.baseAddress else { return }
                for channel in 0..<extents.inputChannels {
                    for tap in 0..<kernel.depth {
                        let at = slice * geometry.stride.depth - geometry.padding.depth + tap
                        ck_plane_pad(
                            at >= 0 && at < input.depth ? source + (channel * input.depth + at) * area : nil,
                            input.height, input.width, stem.factors[channel], stem.addends[channel],
                            top * geometry.stride.height - geometry.padding.height, lines, geometry.padding.width,
                            padded + (channel * kernel.depth + tap) * plane, lineWidth)
                    }
                }
                let shape = ck_patch(
                    planes: planes, plane: plane, line: lineWidth, height: kernel.height, width: kernel.width,
                    step_height: geometry.stride.height, step_width: geometry.stride.width, across: across)
                ck_plane_gather(
                    padded, shape, first - top * across, count, padded + planes * plane + 8,
                    to + before * BlockedExtents.lanes, blockStep)
            }
        }
    }

    func writeWeights(
        vector: Int, blocks: Range<Int>, to: UnsafeMutablePointer<Float>, pointStep: Int, rowStep: Int
    ) {
        let lanes = BlockedExtents.lanes
        stem.weight.withUnsafeValues { weight in
            for k in blocks.lowerBound * lanes..<blocks.upperBound * lanes {
                let row = to + (k - blocks.lowerBound * lanes) * rowStep
                for lane in 0..<lanes {
                    let channel = vector * lanes + lane
                    row[lane] = k < patch && channel < extents.outputChannels ? weight[channel * patch + k] : 0
                }
            }
        }
    }

    func writeResult(
        vector: Int, rows: Range<Int>, from: UnsafePointer<Float>, pointStep: Int, into destination: Writes,
        finish: BlockedFinish
    ) {
        let lanes = BlockedExtents.lanes
        let window = ck_window(
            height: output.extent.height, width: output.extent.width, step_height: 1, offset_height: 0, step_width: 1,
            offset_width: 0, across: output.extent.width)
        forEachRun(of: rows, length: output.area) { slice, first, count, before in
            let plane = output.plane(slice: slice, block: vector)
            ck_block_place(
                from + before * lanes, window, first, count, destination + plane * lanes,
                finish.at(vector: plane, block: vector))
        }
    }
}

/// The first convolution's parameters.
struct Stem: Sendable {
    /// `[out, in, kT, kH, kW]`, undilated.
    let weight: Tensor
    /// The normalisation of the input, a value for each channel: x · factor + addend.
    let factors, addends: [Float]
}
