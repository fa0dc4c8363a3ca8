import CFFmpeg
import Cine
import Tensors

/// The frames of a UInt8 array `[T, H, W, C]`; reads a frame of the file when it is looked at.
final class ByteArrayFrames: FrameSequence {
    let file: NumPyFile
    let orientation = Orientation.upright
    let frameRate: FrameRate? = nil
    private var current = -1

    init(_ file: NumPyFile) { self.file = file }

    var count: Int { file.header.shape[0] }
    var channels: Int { file.header.shape[3] }
    var size: ClipSize { ClipSize(height: file.header.shape[1], width: file.header.shape[2]) }

    func advance() throws -> Bool {
        current = min(current + 1, count)
        return current < count
    }

    func withPixels<R>(_ body: (PixelView) throws -> R) throws -> R {
        let bytes = size.height * size.width * channels
        // swscale reads whole vectors, beyond the last pixel too.
        let frame = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes + 64, alignment: 64)
        defer { frame.deallocate() }
        frame.initializeMemory(as: UInt8.self, repeating: 0)
        try VideoError.reading {
            try file.readBytes(from: current * bytes, into: UnsafeMutableRawBufferPointer(rebasing: frame[..<bytes]))
        }
        let pixels = UnsafePointer(frame.baseAddress?.assumingMemoryBound(to: UInt8.self))
        return try body(
            PixelView(
                planes: [pixels, nil, nil, nil], strides: [Int32(size.width * channels), 0, 0, 0], size: size,
                format: channels == 1 ? AV_PIX_FMT_GRAY8 : AV_PIX_FMT_RGB24, matrix: .bt601, isFullRange: true))
    }
}
