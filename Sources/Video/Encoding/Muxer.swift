import CFFmpeg

/// A file in memory that FFmpeg writes, with one video stream.
final class Muxer {
    private let file = MemoryFile()
    private let context: UnsafeMutablePointer<AVFormatContext>
    private let output: UnsafeMutablePointer<AVIOContext>
    private let stream: UnsafeMutablePointer<AVStream>
    private var timeBase = AVRational(num: 1, den: 1)

    /// - Throws: ``EncodingError``.
    init(format: String) throws {
        FFmpeg.silence()
        var made: UnsafeMutablePointer<AVFormatContext>?
        avformat_alloc_output_context2(&made, nil, format, nil)
        guard let made else { throw EncodingError.failed(reason: "this FFmpeg has no \(format)") }
        guard let output = file.open(writes: true), let stream = avformat_new_stream(made, nil) else {
            avformat_free_context(made)
            throw EncodingError.failed(reason: "there is not enough memory")
        }
        made.pointee.pb = output
        made.pointee.flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT
        // To put the index in front, the MP4 writer opens what it wrote once more, to read.
        made.pointee.opaque = Unmanaged.passUnretained(file).toOpaque()
        made.pointee.io_open = { context, result, _, _, _ in
            guard let opaque = context?.pointee.opaque, let result,
                let reader = Unmanaged<MemoryFile>.fromOpaque(opaque).takeUnretainedValue().open(writes: false)
            else { return -1 }
            result.pointee = reader
            return 0
        }
        made.pointee.io_close2 = { _, reader in
            MemoryFile.close(reader)
            return 0
        }
        (context, self.output, self.stream) = (made, output, stream)
    }

    deinit {
        avformat_free_context(context)
        MemoryFile.close(output)
    }

    /// Whether streams of this format keep the codec's setup in the file's head.
    var wantsGlobalHeader: Bool { (context.pointee.oformat?.pointee.flags ?? 0) & AVFMT_GLOBALHEADER != 0 }

    /// - Parameter codec: opened.
    func begin(_ codec: Owned<AVCodecContext>, options: [(String, String)]) throws {
        timeBase = codec.pointer.pointee.time_base
        stream.pointee.time_base = timeBase
        stream.pointee.avg_frame_rate = codec.pointer.pointee.framerate
        try check(avcodec_parameters_from_context(stream.pointee.codecpar, codec.pointer))
        var dictionary: OpaquePointer?
        defer { av_dict_free(&dictionary) }
        for (name, value) in options { av_dict_set(&dictionary, name, value, 0) }
        try check(avformat_write_header(context, &dictionary))
    }

    /// - Parameter packet: its times in units of the codec's time base; empty afterwards.
    func write(_ packet: Owned<AVPacket>) throws {
        av_packet_rescale_ts(packet.pointer, timeBase, stream.pointee.time_base)
        packet.pointer.pointee.stream_index = stream.pointee.index
        try check(av_interleaved_write_frame(context, packet.pointer))
    }

    func finish() throws -> [UInt8] {
        try check(av_write_trailer(context))
        avio_flush(output)
        return file.bytes
    }

    private func check(_ status: Int32) throws {
        guard status >= 0 else { throw EncodingError.failed(reason: FFmpeg.reason(status)) }
    }
}

/// Bytes that FFmpeg writes and reads like a file.
private final class MemoryFile {
    var bytes: [UInt8] = []

    /// One opening of the file, with its place in it.
    private final class Handle {
        let file: MemoryFile
        var position = 0

        init(_ file: MemoryFile) { self.file = file }

        static func of(_ opaque: UnsafeMutableRawPointer?) -> Handle? {
            opaque.map { Unmanaged<Handle>.fromOpaque($0).takeUnretainedValue() }
        }

        func write(_ data: UnsafeBufferPointer<UInt8>) {
            let end = position + data.count
            if end > file.bytes.count { file.bytes += [UInt8](repeating: 0, count: end - file.bytes.count) }
            file.bytes.replaceSubrange(position..<end, with: data)
            position = end
        }

        /// Nil at the end.
        func read(into buffer: UnsafeMutableBufferPointer<UInt8>) -> Int? {
            let count = min(buffer.count, file.bytes.count - position)
            guard count > 0 else { return nil }
            _ = buffer.update(fromContentsOf: file.bytes[position..<(position + count)])
            position += count
            return count
        }

        /// - Returns: the new position, or -1.
        func seek(_ offset: Int64, _ whence: Int32) -> Int64 {
            if whence & AVSEEK_SIZE != 0 { return Int64(file.bytes.count) }
            let start: Int
            switch whence & ~AVSEEK_FORCE {
            case SEEK_SET: start = 0
            case SEEK_CUR: start = position
            case SEEK_END: start = file.bytes.count
            default: return -1
            }
            guard start + Int(offset) >= 0 else { return -1 }
            position = start + Int(offset)
            return Int64(position)
        }
    }

    /// To be closed with ``close(_:)``; nil without memory.
    func open(writes: Bool) -> UnsafeMutablePointer<AVIOContext>? {
        let size = 1 << 16
        guard let buffer = av_malloc(size) else { return nil }
        let handle = Unmanaged.passRetained(Handle(self))
        let context = avio_alloc_context(
            buffer.assumingMemoryBound(to: UInt8.self), Int32(size), writes ? 1 : 0, handle.toOpaque(),
            { opaque, data, count in
                guard let handle = Handle.of(opaque), let data else { return -1 }
                let read = handle.read(into: UnsafeMutableBufferPointer(start: data, count: Int(count)))
                return read.map(Int32.init) ?? cinegrad_error_end_of_file()
            },
            { opaque, data, count in
                guard let handle = Handle.of(opaque), let data else { return -1 }
                handle.write(UnsafeBufferPointer(start: data, count: Int(count)))
                return count
            }, { opaque, offset, whence in Handle.of(opaque)?.seek(offset, whence) ?? -1 })
        if context == nil {
            handle.release()
            av_free(buffer)
        }
        return context
    }

    static func close(_ context: UnsafeMutablePointer<AVIOContext>?) {
        guard let context else { return }
        if let opaque = context.pointee.opaque { Unmanaged<Handle>.fromOpaque(opaque).release() }
        av_freep(&context.pointee.buffer)
        var freed: UnsafeMutablePointer<AVIOContext>? = context
        avio_context_free(&freed)
    }
}
