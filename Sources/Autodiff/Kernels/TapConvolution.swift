import CKernels
import Tensors

/// The channels of a tap convolution: `batch` samples of `groups` groups, each summing `source` channels into `destination` channels.
struct TapChannels: Sendable {
    let batch, groups, source, destination: Int
}

/// How a tap convolution is computed. Chosen by extents alone, never by the number of threads, so that results don't depend on it.
enum TapStrategy {
    /// A product per time slice and depth tap, read and written where slices lie: (1,1,1) and (kT,1,1) kernels.
    case slices
    /// Patch matrices in blocks that stay in cache, one product each.
    case patches
    /// Direct summation, for groups too narrow for a matrix product.
    case direct

    init(_ plan: TapPlan, _ channels: TapChannels) {
        let area = plan.height.count * plan.width.count
        if channels.groups > 1 && channels.source <= 4 && channels.destination <= 4 {
            self = .direct
        } else if plan.readsWholeSlices && (plan.depth.isIdentity || area >= 256) {
            self = .slices
        } else {
            self = .patches
        }
    }
}

/// A convolution, or one phase of a transposed one, over contiguous `[N, groups · channels, T, H, W]` memory.
struct TapConvolution {
    let plan: TapPlan
    let channels: TapChannels
    let parallelism: Parallelism

    /// Values of a patch matrix that are multiplied at once. With the product's operands packed beside it, it stays in the second and
    /// third level cache of current machines.
    private static let patchValues = 1 << 18
    /// Values of a channel's copy at most, which each thread has one of: 16 MB.
    private static let depthwiseValues = 1 << 22

    /// - Parameters:
    ///   - weights: `[groups, destination, source, taps of the plan]`.
    ///   - bias: `[groups · destination]`, added to each result.
    func run(source: Reads, weights: Reads, bias: Reads?, into destination: Writes) {
        guard plan.positions > 0 else { return }
        switch TapStrategy(plan, channels) {
        case .slices: runSlices(source: source, weights: weights, bias: bias, into: destination)
        case .patches: runPatches(source: source, weights: weights, bias: bias, into: destination)
        case .direct: runDirect(source: source, weights: weights, bias: bias, into: destination)
        }
    }

    /// What is done to a block of results while it is in cache. Activation and folded normalisation belong here.
    private func finish(
        _ block: UnsafeMutablePointer<Float>, stride: Int, channels first: Int, count: Int, positions: Int, bias: Reads?
    ) {
        guard let bias else { return }
        for channel in 0..<count {
            ck_add_scalar(block + channel * stride, (bias + first + channel).pointee, positions)
        }
    }

    // MARK: Slices

    private func runSlices(source: Reads, weights: Reads, bias: Reads?, into destination: Writes) {
        // With one unshifted depth tap all slices are one long slice.
        let merged = plan.depth.isIdentity
        let slices = merged ? 1 : plan.depth.count
        let area = plan.height.count * plan.width.count * (merged ? plan.depth.count : 1)
        let (m, k) = (channels.destination, channels.source)
        let taps = plan.depth.taps.count
        let packed = taps == 1 ? nil : packByTap(weights)
        let blocks = Blocks(rows: m, positions: area, widest: 1024, others: channels.batch * channels.groups * slices)
        parallelism.forEach(channels.batch * channels.groups * slices * blocks.count) { unit in
            let (part, block) = unit.quotientAndRemainder(dividingBy: blocks.count)
            let (group, slice) = part.quotientAndRemainder(dividingBy: slices)
            let (row, rows, position, positions) = blocks[block]
            let slot = group % channels.groups
            let to =
                destination + (group * m + row) * plan.destinationVolume
                + (merged ? 0 : plan.depth.start + slice * plan.depth.spacing) * area + position
            var accumulates = false
            for tap in 0..<taps {
                let at = merged ? 0 : slice * plan.depth.step + plan.depth.offsets[tap]
                guard merged || (at >= 0 && at < plan.depth.sourceExtent) else { continue }
                let from = source + group * k * plan.sourceVolume + at * area + position
                let matrix =
                    packed.map { UnsafePointer($0.base) + ((slot * taps + tap) * m + row) * k }
                    ?? weights + (slot * m + row) * k
                gemm(
                    rows: rows, columns: positions, depth: k, Matrix(base: matrix, stride: k),
                    Matrix(base: from, stride: plan.sourceVolume), accumulates: accumulates, into: to,
                    stride: plan.destinationVolume)
                accumulates = true
            }
            if !accumulates {
                for r in 0..<rows { (to + r * plan.destinationVolume).update(repeating: 0, count: positions) }
            }
            finish(
                to, stride: plan.destinationVolume, channels: slot * m + row, count: rows, positions: positions,
                bias: bias)
        }
        withExtendedLifetime(packed) {}
    }

    /// Weights as `[groups, taps, destination, source]`: a matrix for each depth tap.
    private func packByTap(_ weights: Reads) -> OwnedFloats {
        let (m, k, taps) = (channels.destination, channels.source, plan.taps)
        let packed = OwnedFloats(count: channels.groups * taps * m * k)
        for group in 0..<channels.groups {
            for tap in 0..<taps {
                for pair in 0..<m * k {
                    packed.base[(group * taps + tap) * m * k + pair] =
                        (weights + (group * m * k + pair) * taps + tap).pointee
                }
            }
        }
        return packed
    }

    // MARK: Patches

    private func runPatches(source: Reads, weights: Reads, bias: Reads?, into destination: Writes) {
        let (m, depth) = (channels.destination, channels.source * plan.taps)
        let blocks = Blocks(
            rows: m, positions: plan.positions, widest: 512, others: channels.batch * channels.groups)
        let chunk = max(1, min(depth, Self.patchValues / blocks.width))
        let patches = Scratch(count: chunk * blocks.width)
        let results = plan.isDense ? nil : Scratch(count: blocks.height * blocks.width)
        parallelism.forEach(channels.batch * channels.groups * blocks.count) { unit in
            let (group, block) = unit.quotientAndRemainder(dividingBy: blocks.count)
            let (row, rows, position, positions) = blocks[block]
            let slot = group % channels.groups
            let from = source + group * channels.source * plan.sourceVolume
            let to = destination + (group * m + row) * plan.destinationVolume

            func multiply(into block: UnsafeMutablePointer<Float>, stride: Int) {
                patches.borrow { columns in
                    for first in Swift.stride(from: 0, to: depth, by: chunk) {
                        let count = min(chunk, depth - first)
                        plan.withKernelPlan {
                            ck_gather(from, $0, first, count, position, positions, columns, positions)
                        }
                        gemm(
                            rows: rows, columns: positions, depth: count,
                            Matrix(base: weights + (slot * m + row) * depth + first, stride: depth),
                            Matrix(base: columns, stride: positions), accumulates: first > 0, into: block,
                            stride: stride)
                    }
                }
                finish(block, stride: stride, channels: slot * m + row, count: rows, positions: positions, bias: bias)
            }

            if let results {
                results.borrow { result in
                    multiply(into: result, stride: positions)
                    plan.withKernelPlan { ck_place(result, positions, $0, rows, position, positions, to) }
                }
            } else {
                multiply(into: to + position, stride: plan.destinationVolume)
            }
        }
    }

    // MARK: Direct

    private func runDirect(source: Reads, weights: Reads, bias: Reads?, into destination: Writes) {
        let (m, k) = (channels.destination, channels.source)
        precondition(bias == nil || plan.isDense, "a bias belongs to a forward convolution")
        if k == 1, plan.taps > 0, plan.width.taps.count <= CK_DEPTHWISE_TAPS {
            let values = plan.withKernelPlan(ck_depthwise_scratch)
            if values <= Self.depthwiseValues {
                let scratch = Scratch(count: values)
                return runDepthwise(source: source, weights: weights, bias: bias, scratch, into: destination)
            }
        }
        parallelism.forEach(channels.batch * channels.groups * m) { unit in
            let group = unit / m
            let channel = unit % (channels.groups * m)
            let to = destination + unit * plan.destinationVolume
            plan.withKernelPlan {
                ck_direct(
                    source + group * k * plan.sourceVolume, $0, k, weights + channel * k * plan.taps, 0,
                    plan.depth.count, to)
            }
            finish(
                to, stride: plan.destinationVolume, channels: channel, count: 1, positions: plan.positions, bias: bias)
        }
    }

    private func runDepthwise(
        source: Reads, weights: Reads, bias: Reads?, _ scratch: Scratch, into destination: Writes
    ) {
        let m = channels.destination
        parallelism.forEach(channels.batch * channels.groups * m) { unit in
            let channel = unit % (channels.groups * m)
            let to = destination + unit * plan.destinationVolume
            scratch.borrow { values in
                plan.withKernelPlan {
                    ck_depthwise(source + unit / m * plan.sourceVolume, $0, weights + channel * plan.taps, values, to)
                }
            }
            finish(
                to, stride: plan.destinationVolume, channels: channel, count: 1, positions: plan.positions, bias: bias)
        }
    }
}
