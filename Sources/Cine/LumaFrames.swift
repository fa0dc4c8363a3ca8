/// The 8-bit luma of a clip, which optical flow is estimated on.
///
/// - Layout: `[T, H, W]`, row-major, one byte a pixel.
package struct LumaFrames: Sendable {
    package let bytes: [UInt8]
    package let frames: Int
    package let height: Int
    package let width: Int

    /// - Throws: ``CineError/notLuma(frames:height:width:bytes:)`` when the number of bytes is another.
    package init(bytes: [UInt8], frames: Int, height: Int, width: Int) throws {
        guard frames >= 0, height >= 0, width >= 0, bytes.count == frames * height * width else {
            throw CineError.notLuma(frames: frames, height: height, width: width, bytes: bytes.count)
        }
        self.bytes = bytes
        self.frames = frames
        self.height = height
        self.width = width
    }
}
