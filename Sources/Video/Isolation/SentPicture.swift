import CFFmpeg
import Cine

/// A decoded frame on its way between processes: five numbers (32 bits, little-endian: pixel format, width, height, matrix, whether the range is full) and its
/// planes, one behind the other, in FFmpeg's layout for buffers.
struct SentPicture {
    private static let alignment: Int32 = 64
    private static let headBytes = 20
    /// Rows that swscale may read beyond the last pixel.
    private static let slack = 64

    let bytes: [UInt8]
    private let size: ClipSize
    private let format: AVPixelFormat
    private let matrix: ColorMatrix
    private let isFullRange: Bool

    /// Copies a frame.
    /// - Throws: ``VideoError/decodingFailed(frame:reason:)`` for a format without planes in memory.
    init(_ view: PixelView, frame: Int) throws {
        (size, format, matrix, isFullRange) = (view.size, view.format, view.matrix, view.isFullRange)
        let (width, height) = (Int32(size.width), Int32(size.height))
        let count = av_image_get_buffer_size(format, width, height, Self.alignment)
        var sent = [UInt8]()
        sent.reserveCapacity(Self.headBytes + max(0, Int(count)))
        for number in [format.rawValue, width, height, matrix.rawValue, isFullRange ? 1 : 0] {
            withUnsafeBytes(of: number.littleEndian) { sent += $0 }
        }
        let planes = [UInt8](unsafeUninitializedCapacity: max(0, Int(count))) { buffer, initialized in
            let written =
                count > 0
                ? av_image_copy_to_buffer(
                    buffer.baseAddress, count, view.planes, view.strides, view.format, width, height, Self.alignment)
                : 0
            initialized = max(0, Int(written))
        }
        guard count > 0, planes.count == Int(count) else {
            throw VideoError.decodingFailed(frame: frame, reason: "its pixels are in a form that is not read here")
        }
        bytes = sent + planes
    }

    /// - Throws: ``ReaderEnding/garbled`` when they are no frame within the limits.
    init(bytes: [UInt8], limits: VideoLimits) throws(ReaderEnding) {
        guard bytes.count > Self.headBytes else { throw .garbled }
        let numbers: [Int32] = bytes.withUnsafeBytes { head in
            (0..<5).map { Int32(littleEndian: head.loadUnaligned(fromByteOffset: 4 * $0, as: Int32.self)) }
        }
        format = AVPixelFormat(numbers[0])
        size = ClipSize(height: Int(numbers[2]), width: Int(numbers[1]))
        guard size.width >= 2, size.height >= 2, size.width <= limits.maximumPixels / size.height,
            let matrix = ColorMatrix(rawValue: numbers[3]), sws_isSupportedInput(format) > 0,
            let layout = av_pix_fmt_desc_get(format),
            layout.pointee.flags & UInt64(AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_BITSTREAM) == 0,
            av_image_get_buffer_size(format, numbers[1], numbers[2], Self.alignment)
                == Int32(clamping: bytes.count - Self.headBytes)
        else { throw .garbled }
        self.matrix = matrix
        isFullRange = numbers[4] != 0
        self.bytes = bytes + [UInt8](repeating: 0, count: Self.slack)
    }

    /// The most bytes that a frame may take: formats have up to sixteen bytes a pixel.
    static func maximumBytes(_ limits: VideoLimits) -> Int {
        headBytes + min(limits.maximumPixels, Int(Int32.max) / 16) * 16 + 1 << 20
    }

    /// Lends the pixels.
    func withPixels<R>(_ body: (PixelView) throws -> R) throws -> R {
        try bytes.withUnsafeBufferPointer { buffer in
            var planes: [UnsafeMutablePointer<UInt8>?] = [nil, nil, nil, nil]
            var strides: [Int32] = [0, 0, 0, 0]
            let status = av_image_fill_arrays(
                &planes, &strides, buffer.baseAddress.map { $0 + Self.headBytes }, format, Int32(size.width),
                Int32(size.height), Self.alignment)
            guard status > 0 else { throw ReaderEnding.garbled }
            return try body(
                PixelView(
                    planes: planes.map { $0.map { UnsafePointer($0) } }, strides: strides, size: size, format: format,
                    matrix: matrix, isFullRange: isFullRange))
        }
    }
}
