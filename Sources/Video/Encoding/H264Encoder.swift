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
            for (name, value) in [("preset", "medium"), ("crf", "16")] {
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
        let padded = Self.padded(image)
        let target = encoder.frame.pointer.pointee
        let (data, strides) = (target.data, target.linesize)
        let rows = padded.pixels.withUnsafeBufferPointer { pixels in
            sws_scale(
                scaler, [pixels.baseAddress, nil, nil, nil], [Int32(3 * padded.width), 0, 0, 0], 0,
                Int32(padded.height), [data.0, data.1, data.2, nil], [strides.0, strides.1, strides.2, 0])
        }
        guard rows == Int32(padded.height) else {
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

    /// The last column and row once more where their number is odd.
    private static func padded(_ image: RGBImage) -> RGBImage {
        let (width, height) = (image.width + image.width % 2, image.height + image.height % 2)
        guard width != image.width || height != image.height else { return image }
        var pixels: [UInt8] = []
        pixels.reserveCapacity(3 * width * height)
        for y in 0..<height {
            let start = 3 * min(y, image.height - 1) * image.width
            let row = image.pixels[start..<(start + 3 * image.width)]
            pixels += row
            if width != image.width { pixels += row.suffix(3) }
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }
}
