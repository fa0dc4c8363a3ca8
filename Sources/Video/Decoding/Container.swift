import CFFmpeg
import Cine
import Foundation
import Tensors

/// An open container: its one video stream and that stream's packets, in the order of the file.
final class Container {
    let format: ContainerFormat
    let stream: UnsafeMutablePointer<AVStream>
    /// Valid until the next call of ``readPacket()``.
    let packet: Owned<AVPacket>
    private let context: Owned<AVFormatContext>
    /// What the context reads from, when that is no file.
    private let input: MemoryInput?
    /// Packets of the stream that were read so far.
    private var packets = 0

    /// - Throws: ``VideoError``.
    init(_ url: URL, _ format: ContainerFormat, limits: VideoLimits) throws {
        FFmpeg.silence()
        let file = try VideoError.reading { try RandomAccessFile(url) }
        guard try !VideoError.reading({ try ContainerLength.isTruncated(file, format) }) else {
            throw VideoError.truncated
        }
        context = try Self.open("file:" + url.path, format, input: nil)
        input = nil
        packet = try Owned(av_packet_alloc(), free: { av_packet_free($0) })
        try Self.findStreams(context, limits: limits)
        stream = try Self.videoStream(of: context)
        self.format = format
    }

    /// A container in memory.
    /// - Throws: ``VideoError``.
    init(bytes: [UInt8], _ format: ContainerFormat, limits: VideoLimits) throws {
        FFmpeg.silence()
        let input = try MemoryInput(bytes)
        self.input = input
        context = try Self.open("", format, input: input)
        packet = try Owned(av_packet_alloc(), free: { av_packet_free($0) })
        try Self.findStreams(context, limits: limits)
        stream = try Self.videoStream(of: context)
        self.format = format
    }

    private static func open(
        _ address: String, _ format: ContainerFormat, input: MemoryInput?
    ) throws -> Owned<AVFormatContext> {
        var options: OpaquePointer?
        defer { av_dict_free(&options) }
        av_dict_set(&options, "protocol_whitelist", "file", 0)
        av_dict_set(&options, "format_whitelist", format.demuxer, 0)
        av_dict_set(&options, "codec_whitelist", DecoderList.option, 0)
        av_dict_set(&options, "max_streams", "64", 0)
        var context: UnsafeMutablePointer<AVFormatContext>?
        if let input {
            context = avformat_alloc_context()
            context?.pointee.pb = input.pointer
        }
        // With the demuxer given, FFmpeg neither probes the content nor looks at the name.
        let status = avformat_open_input(
            &context, address, av_find_input_format(format.demuxer), &options)
        guard status >= 0 else {
            throw VideoError.notAVideo(
                hint: "it begins like \(format.format.rawValue), but its header is damaged (\(FFmpeg.reason(status)))")
        }
        return try Owned(context, free: { avformat_close_input($0) })
    }

    /// Reads as much as the streams' facts ask for; may decode a frame.
    private static func findStreams(_ context: Owned<AVFormatContext>, limits: VideoLimits) throws {
        let count = Int(context.pointer.pointee.nb_streams)
        var options = [OpaquePointer?](repeating: nil, count: count)
        defer { for index in options.indices { av_dict_free(&options[index]) } }
        for index in options.indices {
            av_dict_set(&options[index], "max_pixels", String(limits.maximumPixels), 0)
            av_dict_set(&options[index], "threads", "1", 0)
        }
        let status = avformat_find_stream_info(context.pointer, &options)
        guard status >= 0 else { throw VideoError.notAVideo(hint: FFmpeg.reason(status)) }
    }

    /// The stream that a player would show; every other one is left unread.
    private static func videoStream(of context: Owned<AVFormatContext>) throws -> UnsafeMutablePointer<AVStream> {
        let index = av_find_best_stream(context.pointer, AVMEDIA_TYPE_VIDEO, -1, -1, nil, 0)
        guard index >= 0, let streams = context.pointer.pointee.streams, let stream = streams[Int(index)],
            stream.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC == 0
        else { throw VideoError.noVideoStream }
        for other in 0..<Int(context.pointer.pointee.nb_streams) where other != Int(index) {
            streams[other]?.pointee.discard = AVDISCARD_ALL
        }
        return stream
    }

    /// Moves on to the stream's next packet; false at the end.
    /// - Throws: ``VideoError/truncated``, ``VideoError/unreadable(reason:)``.
    func readPacket() throws -> Bool {
        let packet = packet.pointer
        while true {
            av_packet_unref(packet)
            let status = av_read_frame(context.pointer, packet)
            if status == cinegrad_error_end_of_file() {
                let error = context.pointer.pointee.pb?.pointee.error ?? 0
                guard error >= 0 else { throw VideoError.unreadable(reason: FFmpeg.reason(error)) }
                return false
            }
            guard status != cinegrad_error_invalid_data() else {
                throw VideoError.decodingFailed(frame: packets, reason: "the container is damaged around it")
            }
            // Of what was recognised at the start, only an early end makes reading a packet fail otherwise.
            guard status >= 0 else { throw VideoError.truncated }
            // An empty packet is a dropped frame in AVI; to a decoder it would mean the end.
            guard packet.pointee.stream_index == stream.pointee.index, packet.pointee.size > 0 else { continue }
            guard packet.pointee.flags & AV_PKT_FLAG_CORRUPT == 0 else { throw VideoError.truncated }
            packets += 1
            return true
        }
    }

    /// Whether the packet that was read is decoded only for later ones and not shown (before the start of an edit
    /// list).
    var packetIsDiscarded: Bool { packet.pointer.pointee.flags & AV_PKT_FLAG_DISCARD != 0 }

    var parameters: AVCodecParameters? { stream.pointee.codecpar?.pointee }

    /// The average over the stream, else the finest rate that expresses all times.
    var frameRate: FrameRate? {
        [stream.pointee.avg_frame_rate, stream.pointee.r_frame_rate].lazy.compactMap {
            FrameRate(numerator: Int($0.num), denominator: Int($0.den))
        }.first
    }

    var pixelAspect: PixelAspect? {
        let ratio = av_guess_sample_aspect_ratio(context.pointer, stream, nil)
        return ratio.num > 0 && ratio.den > 0 ? PixelAspect(width: Int(ratio.num), height: Int(ratio.den)) : nil
    }

    var orientation: Orientation {
        var bytes = 0
        guard let data = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &bytes), bytes >= 36 else {
            return .upright
        }
        return Orientation(
            displayMatrix: (0..<9).map {
                UnsafeRawPointer(data).loadUnaligned(fromByteOffset: 4 * $0, as: Int32.self)
            })
    }
}
