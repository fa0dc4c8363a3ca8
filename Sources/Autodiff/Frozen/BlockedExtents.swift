/// The extents of activations in blocks of sixteen channels: `[time, channel block, height, width, 16]`.
///
/// Sixteen channels of one position are one vector, so that transforms and products read whole vectors whatever the window does, and a
/// position's channels are broadcast from where they lie. The channels missing from the last block are zero.
struct BlockedExtents: Hashable, Sendable {
    /// Values in a vector.
    static let lanes = 16

    let channels: Int
    let extent: Extent3

    var blocks: Int { blocksHolding(channels) }
    /// Positions of a time slice.
    var area: Int { extent.height * extent.width }
    /// Vectors.
    var vectors: Int { extent.depth * blocks * area }
    /// Values, the missing channels included.
    var count: Int { vectors * Self.lanes }

    /// The first vector of a plane.
    func plane(slice: Int, block: Int) -> Int { (slice * blocks + block) * area }
}

/// Blocks of sixteen that hold some channels.
func blocksHolding(_ channels: Int) -> Int { (channels + BlockedExtents.lanes - 1) / BlockedExtents.lanes }
