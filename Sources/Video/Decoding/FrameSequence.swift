import CFFmpeg
import Cine

/// A decoded frame in the memory of whoever decoded it.
struct PixelView {
    let planes: [UnsafePointer<UInt8>?]
    let strides: [Int32]
    /// As it is stored, before rotation.
    let size: ClipSize
    let format: AVPixelFormat
    /// Of YUV formats: the matrix between them and RGB.
    let matrix: ColorMatrix
    /// 0…255 instead of 16…235.
    let isFullRange: Bool
}

/// Frames in the order in which they are shown, one at a time: nothing but the current one is in memory.
protocol FrameSequence: AnyObject {
    var orientation: Orientation { get }
    var frameRate: FrameRate? { get }

    /// Moves on to the next frame, at first to frame 0; false behind the last.
    func advance() throws -> Bool

    /// Lends the current frame.
    func withPixels<R>(_ body: (PixelView) throws -> R) throws -> R
}
