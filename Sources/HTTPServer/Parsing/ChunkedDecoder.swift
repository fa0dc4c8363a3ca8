/// Takes a chunked body apart (RFC 9112, section 7.1). Extensions are checked and ignored, trailer fields too.
package struct ChunkedDecoder {
    private enum State {
        case size
        case data(remaining: Int)
        case dataEnd
        case trailers(bytesLeft: Int)
        case end
    }

    /// A size with extensions; nobody sends longer ones.
    private static let sizeLineLimit = 512

    private let trailerLimit: Int
    private var state = State.size

    package init(trailerLimit: Int) { self.trailerLimit = trailerLimit }

    package var isAtEnd: Bool {
        switch state {
        case .size, .data, .dataEnd, .trailers: false
        case .end: true
        }
    }

    /// - Throws: ``BodyError/malformedChunk``, after the bytes before the fault have been given out.
    package mutating func take(from input: inout InputBuffer) throws(BodyError) -> BodyDecoder.Step {
        var piece: [UInt8] = []
        while piece.count < BodyDecoder.pieceBytes {
            do {
                guard try advance(&input, &piece) else { break }
            } catch {
                if piece.isEmpty { throw error }
                break
            }
        }
        if !piece.isEmpty { return .piece(piece) }
        return isAtEnd ? .end : .needsMore
    }

    /// One step; false when more bytes are needed or none are left. A step that throws changes nothing, so it throws again.
    private mutating func advance(_ input: inout InputBuffer, _ piece: inout [UInt8]) throws(BodyError) -> Bool {
        switch state {
        case .size:
            let line = try input.withBytes { (bytes) throws(BodyError) -> (size: Int, length: Int)? in
                guard let end = try Self.lineBreak(bytes, limit: Self.sizeLineLimit) else { return nil }
                return (try Self.size(UnsafeBufferPointer(rebasing: bytes[..<end])), end + 2)
            }
            guard let line else { return false }
            input.drop(line.length)
            state = line.size == 0 ? .trailers(bytesLeft: trailerLimit) : .data(remaining: line.size)
        case .data(let remaining):
            guard !input.isEmpty else { return false }
            let before = piece.count
            input.move(upTo: min(remaining, BodyDecoder.pieceBytes - before), to: &piece)
            let left = remaining - (piece.count - before)
            state = left == 0 ? .dataEnd : .data(remaining: left)
        case .dataEnd:
            let isComplete = try input.withBytes { (bytes) throws(BodyError) -> Bool in
                guard bytes.first.map({ $0 == Octet.carriageReturn }) ?? true else { throw .malformedChunk }
                guard bytes.count > 1 else { return false }
                guard bytes[1] == Octet.lineFeed else { throw .malformedChunk }
                return true
            }
            guard isComplete else { return false }
            input.drop(2)
            state = .size
        case .trailers(let bytesLeft):
            let length = try input.withBytes { (bytes) throws(BodyError) -> Int? in
                guard let end = try Self.lineBreak(bytes, limit: bytesLeft) else { return nil }
                if end > 0 {
                    do { _ = try FieldLine(UnsafeBufferPointer(rebasing: bytes[..<end])) } catch {
                        throw .malformedChunk
                    }
                }
                return end + 2
            }
            guard let length else { return false }
            input.drop(length)
            state = length == 2 ? .end : .trailers(bytesLeft: max(0, bytesLeft - length))
        case .end: return false
        }
        return true
    }

    /// The position of the CR of a complete line.
    private static func lineBreak(_ bytes: UnsafeBufferPointer<UInt8>, limit: Int) throws(BodyError) -> Int? {
        var index = 0
        while index < bytes.count, bytes[index] != Octet.carriageReturn, bytes[index] != Octet.lineFeed { index += 1 }
        guard index <= limit else { throw .malformedChunk }
        guard index < bytes.count else { return nil }
        guard bytes[index] == Octet.carriageReturn else { throw .malformedChunk }
        guard index + 1 < bytes.count else { return nil }
        guard bytes[index + 1] == Octet.lineFeed else { throw .malformedChunk }
        return index
    }

    private static func size(_ line: UnsafeBufferPointer<UInt8>) throws(BodyError) -> Int {
        var size = 0
        var index = 0
        while index < line.count, let digit = Octet.hexValue(line[index]) {
            // Fifteen digits fit an Int.
            guard index < 15 else { throw .malformedChunk }
            size = size << 4 | digit
            index += 1
        }
        guard index > 0 else { throw .malformedChunk }
        guard index == line.count || line[index] == Octet.semicolon else { throw .malformedChunk }
        guard line[index...].allSatisfy(Octet.isFieldValue) else { throw .malformedChunk }
        return size
    }
}
