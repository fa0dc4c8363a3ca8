import CFFmpeg

/// An encoder of FFmpeg's and the file that its packets go to.
final class FrameEncoder {
    let codec: Owned<AVCodecContext>
    let frame: Owned<AVFrame>
    private let packet: Owned<AVPacket>
    private let muxer: Muxer

    /// - Parameters:
    ///   - name: of the encoder.
    ///   - container: of the file's format.
    ///   - setUp: sets size, pixel format and times before the encoder opens.
    /// - Throws: ``EncodingError``.
    init(
        name: String, container: String, containerOptions: [(String, String)],
        setUp: (UnsafeMutablePointer<AVCodecContext>) throws -> Void
    ) throws {
        muxer = try Muxer(format: container)
        guard let encoder = avcodec_find_encoder_by_name(name) else {
            throw EncodingError.failed(reason: "this FFmpeg has no \(name)")
        }
        guard let codec = try? Owned(avcodec_alloc_context3(encoder), free: { avcodec_free_context($0) }),
            let frame = try? Owned(av_frame_alloc(), free: { av_frame_free($0) }),
            let packet = try? Owned(av_packet_alloc(), free: { av_packet_free($0) })
        else { throw EncodingError.failed(reason: "there is not enough memory") }
        (self.codec, self.frame, self.packet) = (codec, frame, packet)
        // One thread: the same bytes on any machine.
        codec.pointer.pointee.thread_count = 1
        codec.pointer.pointee.flags |= AV_CODEC_FLAG_BITEXACT
        if muxer.wantsGlobalHeader { codec.pointer.pointee.flags |= AV_CODEC_FLAG_GLOBAL_HEADER }
        try setUp(codec.pointer)
        try check(avcodec_open2(codec.pointer, encoder, nil))
        frame.pointer.pointee.width = codec.pointer.pointee.width
        frame.pointer.pointee.height = codec.pointer.pointee.height
        frame.pointer.pointee.format = codec.pointer.pointee.pix_fmt.rawValue
        try check(av_frame_get_buffer(frame.pointer, 0))
        try muxer.begin(codec, options: containerOptions)
    }

    /// Encodes the frame, which was filled before.
    /// - Parameters:
    ///   - time: in units of the codec's time base.
    ///   - duration: the same.
    func send(time: Int64, duration: Int64) throws {
        frame.pointer.pointee.pts = time
        try check(avcodec_send_frame(codec.pointer, frame.pointer))
        try drain(duration: duration)
    }

    /// Makes the frame's memory the caller's own again, should the encoder still hold it, and empties it: encoders read in whole vectors, behind the
    /// ends of rows too, and the same pictures are to be the same file.
    func prepareFrame() throws {
        try check(av_frame_make_writable(frame.pointer))
        let planes = frame.pointer.pointee.buf
        for case let plane? in [planes.0, planes.1, planes.2] {
            plane.pointee.data.update(repeating: 0, count: plane.pointee.size)
        }
    }

    func finish(duration: Int64) throws -> [UInt8] {
        try check(avcodec_send_frame(codec.pointer, nil))
        try drain(duration: duration)
        return try muxer.finish()
    }

    private func drain(duration: Int64) throws {
        while true {
            let status = avcodec_receive_packet(codec.pointer, packet.pointer)
            if status == cinegrad_error_again() || status == cinegrad_error_end_of_file() { return }
            try check(status)
            packet.pointer.pointee.duration = duration
            try muxer.write(packet)
        }
    }

    func check(_ status: Int32) throws {
        guard status >= 0 else { throw EncodingError.failed(reason: FFmpeg.reason(status)) }
    }
}
