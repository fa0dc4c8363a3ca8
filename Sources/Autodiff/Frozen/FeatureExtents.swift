import CKernels
import Tensors

/// How activations lie outside of a trunk: `[1, C, T, H, W]`; or `[N, C, H, W]` and `[N, C, 1, H, W]`, whose N pictures are its slices.
struct FeatureExtents: Hashable, Sendable {
    private let pictures: Int
    private let rank: Int

    /// The extents as a trunk takes them: `[1, C, T, H, W]`.
    let clip: Shape

    /// - Returns: nil for other shapes.
    init?(_ shape: Shape) {
        guard shape.rank == 4 || shape.rank == 5 else { return nil }
        let depth = shape.rank == 5 ? shape[2] : 1
        guard shape[0] == 1 || depth == 1 else { return nil }
        (pictures, rank) = (shape[0], shape.rank)
        clip = [1, shape[1], shape[0] * depth, shape[shape.rank - 2], shape[shape.rank - 1]]
    }

    /// Whether slices are pictures of their own, which no window may reach over.
    var areApart: Bool { pictures > 1 || rank == 4 }

    func shape(of extents: BlockedExtents) -> Shape {
        let extent = extents.extent
        if rank == 4 { return [pictures, extents.channels, extent.height, extent.width] }
        return pictures > 1
            ? [pictures, extents.channels, 1, extent.height, extent.width]
            : [1, extents.channels, extent.depth, extent.height, extent.width]
    }

    /// Values from one channel to the next, and from one slice to the next.
    private func steps(_ extents: BlockedExtents) -> (channel: Int, slice: Int) {
        areApart ? (extents.area, extents.channels * extents.area) : (extents.extent.depth * extents.area, extents.area)
    }

    func pack(_ values: Reads, _ extents: BlockedExtents, into vectors: Writes, parallelism: Parallelism) {
        let steps = steps(extents)
        forEachPlane(extents, parallelism) { slice, first, channels, plane in
            ck_block_pack(
                values + (slice * steps.slice + first * steps.channel), steps.channel, channels,
                vectors + plane * BlockedExtents.lanes, extents.area)
        }
    }

    func unpack(_ vectors: Writes, _ extents: BlockedExtents, into values: Writes, parallelism: Parallelism) {
        let steps = steps(extents)
        forEachPlane(extents, parallelism) { slice, first, channels, plane in
            ck_block_unpack(
                vectors + plane * BlockedExtents.lanes, extents.area,
                values + (slice * steps.slice + first * steps.channel), steps.channel, channels)
        }
    }

    /// - Parameter body: is called with the slice, the block's first channel and number of channels, and the plane's first vector.
    private func forEachPlane(
        _ extents: BlockedExtents, _ parallelism: Parallelism, _ body: @Sendable (Int, Int, Int, Int) -> Void
    ) {
        let lanes = BlockedExtents.lanes
        parallelism.forEach(extents.extent.depth * extents.blocks) { unit in
            let (slice, block) = unit.quotientAndRemainder(dividingBy: extents.blocks)
            body(slice, block * lanes, min(lanes, extents.channels - block * lanes), unit * extents.area)
        }
    }
}

extension FrozenTrunk {
    /// What the trunk takes, as clip of five axes.
    /// - Parameter shape: of a clip, or of features as they lie.
    /// - Throws: `ShapeError` when it takes none such.
    func taken(_ shape: Shape) throws -> (clip: Shape, features: FeatureExtents?) {
        guard form == .features else { return (shape, nil) }
        guard let features = FeatureExtents(shape) else {
            throw Operation.frozenTrunk.refuses([shape], "pictures, or one clip, are taken")
        }
        let staysInSlices = nodes.allSatisfy {
            $0.weightShape[2] == 1 && $0.geometry.stride.depth == 1 && $0.geometry.padding.depth == 0
        }
        guard staysInSlices || !features.areApart else {
            throw Operation.frozenTrunk.refuses([shape], "a window over time takes a clip")
        }
        return (features.clip, features)
    }
}
