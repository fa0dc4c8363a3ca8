import CZlib

extension RequestBody {
    /// The content of a body in gzip's coding, expanded as it arrives: no more than a piece at a time, so that a small body that stands for a
    /// large content costs no memory. Bound it with ``limited(to:)``, which counts what comes out.
    ///
    /// Errors are ``BodyError``, and ``GunzipError`` for a body that is not so coded or ends early.
    package var gunzipped: RequestBody {
        let expander = GzipExpander(makeAsyncIterator())
        return RequestBody(declaredLength: nil) { try await expander.next() }
    }
}

/// The body is not in gzip's coding, or ends before its end.
package struct GunzipError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description = "the body is not what Content-Encoding says: it is no gzip, or is cut off"

    package init() {}
}

private actor GzipExpander {
    private static let pieceBytes = 256 << 10

    private var body: RequestBody.Iterator
    private let stream: Inflation
    private var isEnded = false

    init(_ body: RequestBody.Iterator) {
        self.body = body
        stream = Inflation()
    }

    func next() async throws -> [UInt8]? {
        while true {
            if isEnded {
                // Bytes behind the end are a second member (RFC 1952, section 2.2), which no sender here makes.
                return nil
            }
            if stream.isHungry {
                var body = body
                guard let piece = try await body.next() else { throw GunzipError() }
                self.body = body
                stream.feed(piece)
            }
            let (bytes, ended) = try stream.expand(Self.pieceBytes)
            isEnded = ended
            if !bytes.isEmpty { return bytes }
        }
    }
}

/// zlib's state, and the input that it has not taken yet.
private final class Inflation {
    /// At an address of its own: zlib's state points back to it.
    private let stream: UnsafeMutablePointer<z_stream>
    private let isReady: Bool
    private var input: [UInt8] = []
    private var position = 0

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        isReady = cinegrad_inflate_init_gzip(stream) == Z_OK
    }

    deinit {
        if isReady { inflateEnd(stream) }
        stream.deallocate()
    }

    /// Whether there is nothing left to expand.
    var isHungry: Bool { position == input.count && !mayHoldMore }
    /// The last call filled all of its room.
    private var mayHoldMore = false

    func feed(_ piece: [UInt8]) {
        input = piece
        position = 0
    }

    /// - Returns: at most `limit` bytes, and whether the content is whole.
    func expand(_ limit: Int) throws -> ([UInt8], isEnd: Bool) {
        guard isReady else { throw GunzipError() }
        var status: Int32 = Z_OK
        var taken = 0
        let bytes = input.withUnsafeBufferPointer { source in
            [UInt8](unsafeUninitializedCapacity: limit) { target, count in
                stream.pointee.next_in = source.baseAddress.map { UnsafeMutablePointer(mutating: $0 + position) }
                stream.pointee.avail_in = UInt32(source.count - position)
                stream.pointee.next_out = target.baseAddress
                stream.pointee.avail_out = UInt32(limit)
                status = inflate(stream, Z_NO_FLUSH)
                taken = source.count - position - Int(stream.pointee.avail_in)
                count = limit - Int(stream.pointee.avail_out)
            }
        }
        position += taken
        mayHoldMore = bytes.count == limit
        // Z_BUF_ERROR: nothing could be done without more input.
        guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else { throw GunzipError() }
        return (bytes, status == Z_STREAM_END)
    }
}
