import CZstd
import Foundation

/// Compressed blobs: one zstd frame each, with its size and a checksum, so that damage is noticed.
enum Zstandard {
    static func compress(_ bytes: UnsafeRawBufferPointer) throws -> Data {
        guard let context = ZSTD_createCCtx() else { throw StoreError.file(operation: "compressing", code: ENOMEM) }
        defer { ZSTD_freeCCtx(context) }
        ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, 3)
        ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
        var compressed = Data(count: ZSTD_compressBound(bytes.count))
        let count = compressed.withUnsafeMutableBytes {
            ZSTD_compress2(context, $0.baseAddress, $0.count, bytes.baseAddress, bytes.count)
        }
        guard ZSTD_isError(count) == 0 else { throw StoreError.file(operation: "compressing", code: ENOMEM) }
        return compressed.prefix(count)
    }

    /// Decompresses a blob that must have exactly the size of `target`.
    /// - Parameter name: what it is, for the error.
    static func decompress(_ data: Data, into target: UnsafeMutableRawBufferPointer, name: String) throws {
        let count = data.withUnsafeBytes { source in
            // A frame without a size, or no frame at all, has one of the two largest values here.
            ZSTD_getFrameContentSize(source.baseAddress, source.count) == UInt64(target.count)
                ? ZSTD_decompress(target.baseAddress, target.count, source.baseAddress, source.count) : 0
        }
        guard ZSTD_isError(count) == 0, count == target.count else { throw StoreError.corrupt(name) }
    }

    /// Decompresses a blob that says its own size. Blobs come from this service alone.
    static func decompressed(_ data: Data, name: String) throws -> Data {
        let size = data.withUnsafeBytes { ZSTD_getFrameContentSize($0.baseAddress, $0.count) }
        // A frame without a size, or no frame at all, has one of the two largest values here.
        guard size < 1 << 40 else { throw StoreError.corrupt(name) }
        var bytes = Data(count: Int(size))
        try bytes.withUnsafeMutableBytes { try decompress(data, into: $0, name: name) }
        return bytes
    }
}
