import CFFmpeg

/// Turns frames of any pixel format and size into upright bytes of one.
///
/// Bicubic, in swscale's arithmetic that does not depend on the processor; shrinking widens the filter, so that nothing
/// aliases.
final class FrameScaler {
    private let channels: ClipChannels
    private let size: ClipSize
    private let orientation: Orientation
    private var source: Source?
    private var context: OpaquePointer?
    private let stride: Int
    private let buffer: UnsafeMutablePointer<UInt8>

    /// What a context is made for; a stream may change any of it between frames.
    private struct Source: Equatable {
        var size: ClipSize
        var format: AVPixelFormat
        var matrix: ColorMatrix
        var isFullRange: Bool
    }

    /// - Parameter size: of the frames that come out, upright.
    init(channels: ClipChannels, size: ClipSize, orientation: Orientation) {
        self.channels = channels
        self.size = size
        self.orientation = orientation
        let stored = orientation.size(of: size)
        // swscale writes whole vectors: rows are padded, and the last one too.
        stride = (stored.width * channels.count + 127) / 64 * 64
        buffer = .allocate(capacity: stride * (stored.height + 1))
        buffer.initialize(repeating: 0, count: stride * (stored.height + 1))
    }

    deinit {
        sws_freeContext(context)
        buffer.deallocate()
    }

    /// - Parameters:
    ///   - index: of the frame, for errors.
    ///   - bytes: receives rows from the top, channels interleaved, without gaps.
    func convert(_ view: PixelView, index: Int, into bytes: UnsafeMutableBufferPointer<UInt8>) throws {
        precondition(bytes.count == size.height * size.width * channels.count, "the buffer is of another size")
        let needed = Source(
            size: view.size, format: view.format, matrix: view.matrix, isFullRange: view.isFullRange)
        if needed != source {
            sws_freeContext(context)
            source = nil
            context = makeContext(needed)
            guard context != nil else {
                throw VideoError.decodingFailed(
                    frame: index, reason: "it cannot be converted to \(size.width)x\(size.height) pixels")
            }
            source = needed
        }
        let stored = orientation.size(of: size)
        let destination: [UnsafeMutablePointer<UInt8>?] = [buffer, nil, nil, nil]
        let rows = sws_scale(
            context, view.planes, view.strides, 0, Int32(view.size.height), destination, [Int32(stride), 0, 0, 0])
        guard rows == stored.height else {
            throw VideoError.decodingFailed(frame: index, reason: "it cannot be scaled to \(size.width)x\(size.height)")
        }
        orientation.apply(to: buffer, stride: stride, channels: channels.count, size: size, into: bytes)
    }

    private func makeContext(_ source: Source) -> OpaquePointer? {
        guard let context = sws_alloc_context() else { return nil }
        let object = UnsafeMutableRawPointer(context)
        let stored = orientation.size(of: size)
        let flags = SWS_BICUBIC | SWS_ACCURATE_RND | SWS_BITEXACT | SWS_FULL_CHR_H_INT
        var options: [(String, Int)] = [
            ("srcw", source.size.width), ("srch", source.size.height), ("src_format", Int(source.format.rawValue)),
            ("dstw", stored.width), ("dsth", stored.height), ("dst_format", Int(format.rawValue)),
            ("src_range", source.isFullRange ? 1 : 0), ("dst_range", 1), ("sws_flags", Int(flags)),
        ]
        // Chroma of 4:2:0 lies between two rows, in 256ths of a row; swscale itself would take it for the upper one's.
        if source.format == AV_PIX_FMT_YUV420P { options.append(("src_v_chr_pos", 128)) }
        for (name, value) in options { av_opt_set_int(object, name, Int64(value), 0) }
        guard sws_init_context(context, nil, nil) >= 0 else {
            sws_freeContext(context)
            return nil
        }
        let matrix = sws_getCoefficients(source.matrix.rawValue)
        // Fails where no YUV is involved, which is no failure.
        _ = sws_setColorspaceDetails(context, matrix, source.isFullRange ? 1 : 0, matrix, 1, 0, 1 << 16, 1 << 16)
        return context
    }

    private var format: AVPixelFormat {
        switch channels {
        case .rgb: AV_PIX_FMT_RGB24
        case .bgr: AV_PIX_FMT_BGR24
        case .luma: AV_PIX_FMT_GRAY8
        }
    }
}
