import CKernels
import Tensors

/// How the sum over all positions that a weight's gradient is gets cut into pieces of work. Depends on the extents alone, so that the bits
/// of the result don't depend on the number of threads.
struct WeightGradientPieces: Sendable {
    /// Rows of the patch matrix, that is weights of an output channel, of one piece; and how many such chunks there are.
    let rows, chunks: Int
    /// Positions that are multiplied at once, and how many such blocks a sample has.
    let width, blocks: Int
    /// Runs of blocks, over all samples, whose sums are formed apart and then added in order.
    let parts: Int

    init(_ extents: ConvolutionExtents, positions: Int) {
        let depth = extents.inputChannels * extents.taps
        rows = max(1, min(depth, 256))
        chunks = (depth + rows - 1) / rows
        // A block of patches stays in the second level cache.
        let fitting = max(64, (1 << 16) / rows / 16 * 16)
        width = max(1, min(positions, fitting))
        blocks = (positions + width - 1) / width
        let enough = 8
        parts = max(1, min(extents.batch * blocks, enough / max(1, extents.groups * chunks)))
    }
}

extension ConvolutionKernels {
    /// The gradient by the weights, `[groups · outputChannels, inputChannels, …kernel]`: for each block of positions the gradient times the
    /// transposed patches.
    func weightGradient(input: Reads, outputGradient: Reads, into weightGradient: Writes) {
        let (c, o) = (extents.inputChannels, extents.outputChannels)
        let depth = c * extents.taps
        let plan = forwardPlan
        let pieces = WeightGradientPieces(extents, positions: plan.positions)
        let total = extents.groups * o * depth
        let sums = OwnedFloats(count: (pieces.parts - 1) * total)
        let patches = Scratch(count: pieces.rows * pieces.width)
        let runs = extents.batch * pieces.blocks
        nonisolated(unsafe) let others = sums.base
        parallelism.forEach(extents.groups * pieces.chunks * pieces.parts) { unit in
            let (rest, part) = unit.quotientAndRemainder(dividingBy: pieces.parts)
            let (group, chunk) = rest.quotientAndRemainder(dividingBy: pieces.chunks)
            let first = chunk * pieces.rows
            let rows = min(pieces.rows, depth - first)
            let base = part == 0 ? weightGradient.base : others + (part - 1) * total
            let to = base + group * o * depth + first
            for row in 0..<o { (to + row * depth).update(repeating: 0, count: rows) }
            patches.borrow { columns in
                for run in part * runs / pieces.parts..<(part + 1) * runs / pieces.parts {
                    let (sample, block) = run.quotientAndRemainder(dividingBy: pieces.blocks)
                    let slot = sample * extents.groups + group
                    let position = block * pieces.width
                    let positions = min(pieces.width, plan.positions - position)
                    plan.withKernelPlan {
                        ck_gather(
                            input + slot * c * plan.sourceVolume, $0, first, rows, position, positions, columns,
                            positions)
                    }
                    gemm(
                        rows: o, columns: rows, depth: positions,
                        Matrix(base: outputGradient + slot * o * plan.positions + position, stride: plan.positions),
                        Matrix(base: columns, stride: positions, isTransposed: true), accumulates: true, into: to,
                        stride: depth)
                }
            }
        }
        for part in 1..<max(pieces.parts, 1) {
            ck_accumulate(weightGradient.base, sums.base + (part - 1) * total, total)
        }
    }
}
