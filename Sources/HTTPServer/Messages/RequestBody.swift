/// Why a body cannot be read or written to its end.
package enum BodyError: Error, Hashable, Sendable {
    /// There are more than `limit` bytes.
    case tooLarge(limit: Int)
    /// The chunked framing is broken (RFC 9112, section 7.1).
    case malformedChunk
    /// The client closed the connection, or the exchange is over.
    case clientClosed
    /// The client sent or took nothing for too long.
    case timedOut
}

extension BodyError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLarge(let limit): "the body is larger than \(limit) bytes"
        case .malformedChunk: "the chunked framing of the body is broken"
        case .clientClosed: "the client closed the connection"
        case .timedOut: "the client did not send or take anything for too long"
        }
    }
}

/// The bytes of a request's body as they arrive, in pieces of any size but never empty ones.
///
/// Nothing is read from the client beyond a bounded buffer until a piece is asked for; asking for the first also answers
/// `Expect: 100-continue`. A body can be read once, by one reader. Errors are ``BodyError``.
package struct RequestBody: Sendable, AsyncSequence {
    package typealias Element = [UInt8]

    /// The number of bytes the client promised; nil when it sends chunks.
    package let declaredLength: Int?
    private let limit: Int
    private let pull: (@Sendable () async throws -> [UInt8]?)?

    /// - Parameter pull: the next piece, or nil at the end.
    package init(declaredLength: Int?, pull: @escaping @Sendable () async throws -> [UInt8]?) {
        self.init(declaredLength: declaredLength, limit: .max, pull: pull)
    }

    private init(declaredLength: Int?, limit: Int, pull: (@Sendable () async throws -> [UInt8]?)?) {
        self.declaredLength = declaredLength
        self.limit = limit
        self.pull = pull
    }

    package static let empty = RequestBody(declaredLength: 0, limit: .max, pull: nil)

    /// The same body which throws ``BodyError/tooLarge(limit:)`` instead of the piece that exceeds `bytes`, and at once when the declared
    /// length already does.
    package func limited(to bytes: Int) -> RequestBody {
        RequestBody(declaredLength: declaredLength, limit: Swift.min(limit, bytes), pull: pull)
    }

    /// The whole body.
    /// - Throws: ``BodyError/tooLarge(limit:)`` when there are more than `limit` bytes.
    package func collect(upTo limit: Int) async throws -> [UInt8] {
        var iterator = limited(to: limit).makeAsyncIterator()
        guard var bytes = try await iterator.next() else { return [] }
        while let piece = try await iterator.next() { bytes += piece }
        return bytes
    }

    package func makeAsyncIterator() -> Iterator {
        Iterator(declaredLength: declaredLength, limit: limit, pull: pull)
    }

    package struct Iterator: AsyncIteratorProtocol, Sendable {
        fileprivate let declaredLength: Int?
        fileprivate let limit: Int
        fileprivate let pull: (@Sendable () async throws -> [UInt8]?)?
        private var received = 0

        fileprivate init(declaredLength: Int?, limit: Int, pull: (@Sendable () async throws -> [UInt8]?)?) {
            self.declaredLength = declaredLength
            self.limit = limit
            self.pull = pull
        }

        package mutating func next() async throws -> [UInt8]? {
            if let declaredLength, declaredLength > limit { throw BodyError.tooLarge(limit: limit) }
            guard let piece = try await pull?() else { return nil }
            received += piece.count
            if received > limit { throw BodyError.tooLarge(limit: limit) }
            return piece
        }
    }
}
