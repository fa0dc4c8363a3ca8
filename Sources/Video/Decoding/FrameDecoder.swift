import CFFmpeg
import Cine

/// Decodes a container's video stream on one thread, so that the same file gives the same bytes everywhere.
final class FrameDecoder: FrameSequence {
    let container: Container
    let orientation: Orientation
    let frameRate: FrameRate?
    let codecName: String
    /// Frames that were decoded so far.
    private(set) var decoded = 0
    private let codec: Owned<AVCodecContext>
    private let frame: Owned<AVFrame>
    private let limits: VideoLimits

    init(_ container: Container, limits: VideoLimits) throws {
        guard var parameters = container.parameters else { throw VideoError.noVideoStream }
        let name = String(cString: avcodec_get_name(parameters.codec_id))
        guard let decoder = avcodec_find_decoder(parameters.codec_id),
            DecoderList.names.contains(String(cString: decoder.pointee.name))
        else { throw VideoError.unsupportedCodec(name: name) }
        try Self.check(width: Int(parameters.width), height: Int(parameters.height), limits: limits)
        let codec = try Owned(avcodec_alloc_context3(decoder), free: { avcodec_free_context($0) })
        var status = avcodec_parameters_to_context(codec.pointer, &parameters)
        if status >= 0 {
            codec.pointer.pointee.thread_count = 1
            codec.pointer.pointee.max_pixels = Int64(limits.maximumPixels)
            codec.pointer.pointee.pkt_timebase = container.stream.pointee.time_base
            status = avcodec_open2(codec.pointer, decoder, nil)
        }
        guard status >= 0 else { throw VideoError.decodingFailed(frame: 0, reason: FFmpeg.reason(status)) }
        frame = try Owned(av_frame_alloc(), free: { av_frame_free($0) })
        self.codec = codec
        self.container = container
        self.limits = limits
        codecName = name
        orientation = container.orientation
        frameRate = container.frameRate
    }

    private static func check(width: Int, height: Int, limits: VideoLimits) throws {
        guard width >= 2, height >= 2 else { throw VideoError.tooSmall(width: width, height: height) }
        guard width <= limits.maximumPixels / height else {
            throw VideoError.tooLarge(what: "pixels a frame (\(width)x\(height))", limit: limits.maximumPixels)
        }
    }

    func advance() throws -> Bool {
        while try !receive() { try send(try container.readPacket() ? container.packet.pointer : nil) }
        return !isDrained
    }

    /// Gives the decoder the packet that the container just read; frames follow from ``receive()``.
    /// - Parameter packet: nil at the end of the stream.
    func send(_ packet: UnsafeMutablePointer<AVPacket>?) throws {
        let status = avcodec_send_packet(codec.pointer, packet)
        guard status >= 0 || status == cinegrad_error_end_of_file() else { throw failure(FFmpeg.reason(status)) }
    }

    /// Takes a frame from the decoder; false when it needs a packet first. At the end of the stream true, and
    /// ``isDrained``.
    func receive() throws -> Bool {
        let status = avcodec_receive_frame(codec.pointer, frame.pointer)
        if status == cinegrad_error_again() { return false }
        if status == cinegrad_error_end_of_file() {
            isDrained = true
            return true
        }
        guard status >= 0 else { throw failure(FFmpeg.reason(status)) }
        // The decoder patches damage from neighbouring frames; a map of made-up pixels would explain nothing.
        guard frame.pointer.pointee.decode_error_flags == 0, frame.pointer.pointee.flags & AV_FRAME_FLAG_CORRUPT == 0
        else { throw failure("its data is damaged") }
        try Self.check(
            width: Int(frame.pointer.pointee.width), height: Int(frame.pointer.pointee.height), limits: limits)
        decoded += 1
        return true
    }

    private(set) var isDrained = false

    private func failure(_ reason: String) -> VideoError { .decodingFailed(frame: decoded, reason: reason) }

    func withPixels<R>(_ body: (PixelView) throws -> R) throws -> R {
        let current = frame.pointer.pointee
        let (data, strides) = (current.data, current.linesize)
        return try body(
            PixelView(
                planes: [data.0, data.1, data.2, data.3].map { plane in plane.map { UnsafePointer($0) } },
                strides: [strides.0, strides.1, strides.2, strides.3],
                size: ClipSize(height: Int(current.height), width: Int(current.width)),
                format: AVPixelFormat(current.format),
                matrix: ColorMatrix(current.colorspace, lines: Int(current.height)),
                isFullRange: current.color_range == AVCOL_RANGE_JPEG))
    }

    var pixelFormatName: String {
        av_get_pix_fmt_name(AVPixelFormat(frame.pointer.pointee.format)).map { String(cString: $0) } ?? "unknown"
    }

    /// The current frame, after rotation.
    var size: ClipSize {
        orientation.size(
            of: ClipSize(height: Int(frame.pointer.pointee.height), width: Int(frame.pointer.pointee.width)))
    }
}
