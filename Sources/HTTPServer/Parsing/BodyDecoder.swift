/// Takes one body out of the received bytes, by its framing.
package enum BodyDecoder {
    case length(remaining: Int)
    case chunked(ChunkedDecoder)

    /// Bytes of chunks that are put together into one piece. A piece of a body with a length is what has arrived.
    static let pieceBytes = 64 << 10

    init(_ framing: BodyFraming, limits: ServerLimits) {
        switch framing {
        case .none: self = .length(remaining: 0)
        case .length(let length): self = .length(remaining: length)
        case .chunked: self = .chunked(ChunkedDecoder(trailerLimit: limits.headerBytes))
        }
    }

    package enum Step {
        case piece([UInt8])
        case needsMore
        case end
    }

    mutating func take(from input: inout InputBuffer) throws(BodyError) -> Step {
        switch self {
        case .length(0): return .end
        case .length(let remaining):
            guard !input.isEmpty else { return .needsMore }
            let piece = input.take(upTo: remaining)
            self = .length(remaining: remaining - piece.count)
            return .piece(piece)
        case .chunked(var decoder):
            defer { self = .chunked(decoder) }
            return try decoder.take(from: &input)
        }
    }

    /// The last piece was taken.
    var isAtEnd: Bool {
        switch self {
        case .length(let remaining): remaining == 0
        case .chunked(let decoder): decoder.isAtEnd
        }
    }

    /// What is still to come at least; chunks do not tell.
    var knownRemaining: Int {
        switch self {
        case .length(let remaining): remaining
        case .chunked: 0
        }
    }
}
