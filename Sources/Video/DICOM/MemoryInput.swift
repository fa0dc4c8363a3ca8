import CFFmpeg
import Foundation

/// Bytes in memory that FFmpeg reads like a file.
final class MemoryInput {
    private let bytes: [UInt8]
    private var position = 0
    private var context: UnsafeMutablePointer<AVIOContext>?

    /// What FFmpeg reads at once.
    private static let bufferBytes = 1 << 16

    init(_ bytes: [UInt8]) throws {
        self.bytes = bytes
        let buffer = av_malloc(Self.bufferBytes)?.assumingMemoryBound(to: UInt8.self)
        guard let buffer else { throw VideoError.unreadable(reason: "there is not enough memory") }
        context = avio_alloc_context(
            buffer, Int32(Self.bufferBytes), 0, Unmanaged.passUnretained(self).toOpaque(),
            { opaque, target, count in
                guard let opaque, let target else { return cinegrad_error_end_of_file() }
                return Unmanaged<MemoryInput>.fromOpaque(opaque).takeUnretainedValue().read(target, Int(count))
            }, nil,
            { opaque, offset, whence in
                guard let opaque else { return -1 }
                return Unmanaged<MemoryInput>.fromOpaque(opaque).takeUnretainedValue().seek(offset, whence)
            })
        guard context != nil else {
            av_free(buffer)
            throw VideoError.unreadable(reason: "there is not enough memory")
        }
    }

    deinit {
        if let buffer = context?.pointee.buffer { av_free(buffer) }
        avio_context_free(&context)
    }

    /// Lives as long as this object.
    var pointer: UnsafeMutablePointer<AVIOContext>? { context }

    private func read(_ target: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int32 {
        let taken = min(count, bytes.count - position)
        guard taken > 0 else { return cinegrad_error_end_of_file() }
        bytes.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return }
            target.update(from: base + position, count: taken)
        }
        position += taken
        return Int32(taken)
    }

    private func seek(_ offset: Int64, _ whence: Int32) -> Int64 {
        if whence & AVSEEK_SIZE != 0 { return Int64(bytes.count) }
        let origin: Int =
            switch whence & ~AVSEEK_FORCE {
            case SEEK_CUR: position
            case SEEK_END: bytes.count
            default: 0
            }
        let (target, overflow) = origin.addingReportingOverflow(Int(offset))
        guard !overflow, (0...bytes.count).contains(target) else { return -1 }
        position = target
        return Int64(target)
    }
}
