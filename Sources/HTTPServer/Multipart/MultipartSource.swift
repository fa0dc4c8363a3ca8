/// Cuts a multipart body at its delimiters, keeping no more than one piece of the body and a delimiter's length.
actor MultipartSource {
    private enum State {
        /// Before the first delimiter, or in a part whose rest is to be skipped, or in the part that is being read.
        case content
        /// Behind a delimiter, before the rest of its line.
        case delimited
        case end
        case failed(any Error)
    }

    private let delimiter: [UInt8]
    private let limits: MultipartLimits
    /// Whether every part must have a name, as those of forms do.
    private let namesParts: Bool
    private var body: RequestBody.Iterator
    /// The first delimiter lacks its line break when the body begins with it; with one in front, all are alike.
    private var buffer = [Octet.carriageReturn, Octet.lineFeed]
    private var position = 0
    private var state: State
    private var number = 0

    /// What follows a delimiter: two dashes or padding and a line break.
    private static let paddingLimit = 128

    init(boundary: [UInt8], longestBoundary: Int, namesParts: Bool, body: RequestBody, limits: MultipartLimits) {
        delimiter = Array("\r\n--".utf8) + boundary
        self.body = body.makeAsyncIterator()
        self.limits = limits
        self.namesParts = namesParts
        let isValid =
            (1...longestBoundary).contains(boundary.count) && boundary.allSatisfy { (0x20..<0x7F).contains($0) }
        state = isValid ? .content : .failed(MultipartError.missingBoundary)
    }

    func nextPart() async throws -> (number: Int, header: PartHeader)? {
        try await failing {
            if case .content = state {
                while try await nextContent() != nil {}
            }
            guard case .delimited = state, try await finishDelimiter() else { return nil }
            guard number < limits.parts else { throw MultipartError.tooManyParts(limit: limits.parts) }
            let header = try await readHeader()
            number += 1
            state = .content
            return (number, header)
        }
    }

    func nextPiece(ofPart number: Int) async throws -> [UInt8]? {
        try await failing {
            guard number == self.number else { throw MultipartError.partPassed }
            guard case .content = state else { return nil }
            return try await nextContent()
        }
    }

    /// Errors stay: what comes after one has no known place in the body.
    private func failing<R>(_ step: () async throws -> R) async throws -> R {
        if case .failed(let error) = state { throw error }
        do {
            return try await step()
        } catch MultipartError.partPassed {
            throw MultipartError.partPassed
        } catch {
            state = .failed(error)
            throw error
        }
    }

    /// Bytes before the next delimiter; nil when it is reached and passed.
    private func nextContent() async throws -> [UInt8]? {
        while true {
            switch search() {
            case .found(let start):
                if start > position { return take(to: start) }
                position += delimiter.count
                state = .delimited
                return nil
            case .possible(let start):
                if start > position { return take(to: start) }
                try await readMore()
            }
        }
    }

    private enum Search {
        case found(Int)
        /// From here on the bytes may turn out to begin a delimiter; the end when they cannot.
        case possible(Int)
    }

    private func search() -> Search {
        buffer.withUnsafeBufferPointer { bytes in
            var start = position
            while start < bytes.count {
                guard bytes[start] == Octet.carriageReturn else {
                    start += 1
                    continue
                }
                var matched = 1
                while matched < delimiter.count, start + matched < bytes.count,
                    bytes[start + matched] == delimiter[matched]
                { matched += 1 }
                if matched == delimiter.count { return .found(start) }
                if start + matched == bytes.count { return .possible(start) }
                start += 1
            }
            return .possible(bytes.count)
        }
    }

    private func take(to end: Int) -> [UInt8] {
        if position == 0 && end == buffer.count {
            defer { buffer = [] }
            return buffer
        }
        let taken = Array(buffer[position..<end])
        position = end
        return taken
    }

    private func readMore() async throws {
        var body = body
        let piece = try await body.next()
        self.body = body
        guard let piece else { throw MultipartError.truncated }
        if position == buffer.count {
            buffer = piece
        } else {
            buffer.removeFirst(position)
            buffer += piece
        }
        position = 0
    }

    /// - Returns: whether a part follows; false after the closing delimiter.
    private func finishDelimiter() async throws -> Bool {
        while buffer.count - position < 2 { try await readMore() }
        if buffer[position] == Octet.dash && buffer[position + 1] == Octet.dash {
            // What follows is the epilogue, which has no meaning (RFC 2046, section 5.1.1).
            state = .end
            return false
        }
        var padding = 0
        while true {
            while buffer.count - position < 2 { try await readMore() }
            if buffer[position] == Octet.carriageReturn && buffer[position + 1] == Octet.lineFeed { break }
            guard buffer[position] == Octet.space || buffer[position] == Octet.tab, padding < Self.paddingLimit else {
                throw MultipartError.malformedDelimiter
            }
            position += 1
            padding += 1
        }
        position += 2
        return true
    }

    private func readHeader() async throws -> PartHeader {
        var scanned = 0
        while true {
            if let length = headerLength(&scanned) {
                guard length <= limits.headerBytes else {
                    throw MultipartError.headersTooLarge(limit: limits.headerBytes)
                }
                let header = try buffer.withUnsafeBufferPointer { bytes in
                    try PartHeader(
                        UnsafeBufferPointer(rebasing: bytes[position..<(position + length)]), isNamed: namesParts)
                }
                position += length + 2
                return header
            }
            guard buffer.count - position <= limits.headerBytes + 2 else {
                throw MultipartError.headersTooLarge(limit: limits.headerBytes)
            }
            try await readMore()
        }
    }

    /// The bytes up to the empty line, which begins a line; nil when it has not arrived.
    private func headerLength(_ scanned: inout Int) -> Int? {
        while position + scanned + 1 < buffer.count {
            let at = position + scanned
            let isBreak = buffer[at] == Octet.carriageReturn && buffer[at + 1] == Octet.lineFeed
            let beginsLine = scanned == 0 || buffer[at - 1] == Octet.lineFeed
            if isBreak && beginsLine { return scanned }
            scanned += 1
        }
        return nil
    }
}
