package import Cine

/// One frame of 8-bit luma; shares its bytes with the clip it was taken from.
///
/// - Layout: `[H, W]`, row-major, one byte a pixel.
package struct LumaFrame: Sendable {
    let bytes: ArraySlice<UInt8>
    package let height: Int
    package let width: Int

    /// - Precondition: the clip has a frame of this index.
    package init(_ index: Int, of luma: LumaFrames) {
        precondition(index >= 0 && index < luma.frames, "there is no luma frame \(index) among \(luma.frames)")
        height = luma.height
        width = luma.width
        bytes = luma.bytes[index * height * width..<(index + 1) * height * width]
    }
}
