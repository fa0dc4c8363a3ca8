import CFFmpeg
import Cine

/// H.264 in MP4 that browsers play: 4:2:0, even sides, Rec. 709 of limited range and saying so, the index in front.
final class H264Encoder {
    private let encoder: FrameEncoder
    private let scaler: OpaquePointer
    private let width, height: Int
    private var frames: Int64 = 0

    /// - Throws: ``EncodingError``.
    init(width: Int, height: Int, rate: FrameRate) throws {
        let (evenWidth, evenHeight) = (width + width % 2, height + height % 2)
        encoder = try FrameEncoder(
            name: "libx264", container: "mp4", containerOptions: [("movflags", "+faststart")]
        ) { codec in
            var (numerator, denominator): (Int32, Int32) = (1, 1)
            av_reduce(&numerator, &denominator, Int64(rate.numerator), Int64(rate.denominator), 1_000_000)
            codec.pointee.width = Int32(evenWidth)
            codec.pointee.height = Int32(evenHeight)
            codec.pointee.pix_fmt = AV_PIX_FMT_YUV420P
            codec.pointee.time_base = AVRational(num: denominator, den: numerator)
            codec.pointee.framerate = AVRational(num: numerator, den: denominator)
            codec.pointee.sample_aspect_ratio = AVRational(num: 1, den: 1)
            codec.pointee.colorspace = AVCOL_SPC_BT709
            codec.pointee.color_primaries = AVCOL_PRI_BT709
            codec.pointee.color_trc = AVCOL_TRC_BT709
            codec.pointee.color_range = AVCOL_RANGE_MPEG
            // Seeking lands on any second or so; without frames from the future the first time is zero.
            codec.pointee.gop_size = 25
            codec.pointee.max_b_frames = 0
            // Lines of one pixel stay lines at this quality.
            // Without the tree of macroblocks: x264's reads memory that nobody wrote, and the same pictures would be another file each time.
            for (name, value) in [("preset", "medium"), ("crf", "16"), ("mbtree", "0")] {
                guard av_opt_set(codec.pointee.priv_data, name, value, 0) >= 0 else {
                    throw EncodingError.failed(reason: "the encoder knows no \(name)")
                }
            }
        }
        guard let scaler = Self.makeScaler(width: evenWidth, height: evenHeight) else {
            throw EncodingError.failed(reason: "there is not enough memory")
        }
        self.scaler = scaler
        (self.width, self.height) = (width, height)
    }

    deinit { sws_freeContext(scaler) }

    func append(_ image: RGBImage) throws {
        try encoder.prepareFrame()
        let source = PaddedRows(image)
        let target = encoder.frame.pointer.pointee
        let (data, strides) = (target.data, target.linesize)
        let rows = source.bytes.withUnsafeBufferPointer { bytes in
            sws_scale(
                scaler, [bytes.baseAddress, nil, nil, nil], [Int32(source.stride), 0, 0, 0], 0,
                Int32(source.height), [data.0, data.1, data.2, nil], [strides.0, strides.1, strides.2, 0])
        }
        guard rows == Int32(source.height) else {
            throw EncodingError.failed(reason: "a picture cannot be converted")
        }
        try encoder.send(time: frames, duration: 1)
        frames += 1
    }

    func finish() throws -> [UInt8] { try encoder.finish(duration: 1) }

    private static func makeScaler(width: Int, height: Int) -> OpaquePointer? {
        guard let context = sws_alloc_context() else { return nil }
        let flags = SWS_BICUBIC | SWS_ACCURATE_RND | SWS_BITEXACT | SWS_FULL_CHR_H_INP
        let options: [(String, Int)] = [
            ("srcw", width), ("srch", height), ("src_format", Int(AV_PIX_FMT_RGB24.rawValue)), ("src_range", 1),
            ("dstw", width), ("dsth", height), ("dst_format", Int(AV_PIX_FMT_YUV420P.rawValue)), ("dst_range", 0),
            ("sws_flags", Int(flags)),
        ]
        for (name, value) in options { av_opt_set_int(UnsafeMutableRawPointer(context), name, Int64(value), 0) }
        let matrix = sws_getCoefficients(SWS_CS_ITU709)
        guard sws_init_context(context, nil, nil) >= 0,
            sws_setColorspaceDetails(context, matrix, 1, matrix, 0, 0, 1 << 16, 1 << 16) >= 0
        else {
            sws_freeContext(context)
            return nil
        }
        return context
    }
}

/// The pixels of a picture as the scaler reads them: even sides, the last column and row once more where their number is odd, and behind each
/// row zeros for vector instructions to read. Behind an array would lie anything, and the same picture would not be the same file.
private struct PaddedRows {
    let bytes: [UInt8]
    let stride, height: Int

    private static let vector = 64

    init(_ image: RGBImage) {
        let width = image.width + image.width % 2
        let (used, pitch) = (3 * image.width, (3 * width + 2 * Self.vector) / Self.vector * Self.vector)
        height = image.height + image.height % 2
        stride = pitch
        var bytes = [UInt8](repeating: 0, count: pitch * height + Self.vector)
        for y in 0..<height {
            let start = min(y, image.height - 1) * used
            bytes.replaceSubrange(y * pitch..<y * pitch + used, with: image.pixels[start..<start + used])
            if width != image.width {
                bytes.replaceSubrange(
                    y * pitch + used..<y * pitch + used + 3, with: image.pixels[start + used - 3..<start + used])
            }
        }
        self.bytes = bytes
    }
}
