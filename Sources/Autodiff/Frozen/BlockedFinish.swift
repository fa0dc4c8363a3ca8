import CKernels

/// What becomes of a product before it is stored: bias, another operand of a sum, ReLU with its bits, or a mask by such bits.
struct BlockedFinish: @unchecked Sendable {
    /// A value for each channel of the blocks.
    var bias: UnsafePointer<Float>?
    /// Of the destination's extents; may be the destination itself.
    var addend: UnsafePointer<Float>?
    /// Two bytes for each vector of the destination.
    var signs: UnsafeMutablePointer<UInt8>?
    /// Two bytes for each vector of the destination.
    var mask: UnsafePointer<UInt8>?
    var rectifies = false

    /// For one plane.
    /// - Parameters:
    ///   - vector: the plane's first.
    ///   - block: of channels.
    func at(vector: Int, block: Int) -> ck_finish {
        let lanes = BlockedExtents.lanes
        return ck_finish(
            bias: bias.map { $0 + block * lanes }, addend: addend.map { $0 + vector * lanes },
            signs: signs.map { $0 + vector * 2 }, mask: mask.map { $0 + vector * 2 }, rectifies: rectifies ? 1 : 0)
    }
}
