import HTTPServer
import Store

/// Streams bodies to disk: bytes gather until there are enough for a write, and only then is more read from the client.
struct UploadSink {
    private static let writeBytes = 1 << 20

    private let upload: Upload
    private var pending: [UInt8] = []

    init(_ store: Store) async throws {
        upload = try await offload { try store.beginUpload() }
    }

    /// Takes everything that a body holds.
    /// - Throws: what the body throws; what came so far is thrown away then.
    mutating func receive<Body: AsyncSequence>(_ body: Body) async throws where Body.Element == [UInt8] {
        do {
            for try await piece in body {
                pending += piece
                if pending.count >= Self.writeBytes { try await flush() }
            }
            try await flush()
        } catch {
            upload.cancel()
            throw error
        }
    }

    /// Takes what a body holds, up to a number of bytes.
    /// - Returns: false when there are more; what came is thrown away then.
    /// - Throws: what the body throws.
    mutating func receive<Body: AsyncSequence>(_ body: Body, limit: Int) async throws -> Bool
    where Body.Element == [UInt8] {
        var received = 0
        do {
            for try await piece in body {
                received += piece.count
                guard received <= limit else {
                    upload.cancel()
                    return false
                }
                pending += piece
                if pending.count >= Self.writeBytes { try await flush() }
            }
            try await flush()
        } catch {
            upload.cancel()
            throw error
        }
        return true
    }

    private mutating func flush() async throws {
        let (bytes, upload) = (pending, upload)
        pending = []
        try await offload { try upload.write(bytes) }
    }

    /// What was received, safely on disk.
    func finish() async throws -> Content {
        let upload = upload
        return try await offload { try upload.finish() }
    }

    func cancel() { upload.cancel() }
}
