/// Reads the parts of a `multipart/form-data` body one after the other as they arrive (RFC 7578).
package struct MultipartReader: Sendable {
    private let source: MultipartSource

    /// Nil when the content type is another one.
    package init?(contentType: String, body: RequestBody, limits: MultipartLimits) {
        let type = contentType.prefix { $0 != ";" }.trimmingSpaces().lowercased()
        guard type == "multipart/form-data" else { return nil }
        let boundary = ParameterizedValue(contentType)?.parameters["boundary"] ?? ""
        source = MultipartSource(
            boundary: Array(boundary.utf8), longestBoundary: 70, namesParts: true, body: body, limits: limits)
    }

    /// The next part; what was not read of the one before is skipped. Nil after the closing delimiter.
    /// - Throws: ``MultipartError``, or ``BodyError`` of the body; after an error it throws it again.
    package func next() async throws -> Part? {
        guard let (number, header) = try await source.nextPart() else { return nil }
        return Part(
            name: header.name, filename: header.filename, contentType: header.contentType,
            body: PartBody(source: source, number: number))
    }
}

/// One field of a form.
package struct Part: Sendable {
    package let name: String
    /// As the client gave it: a label, never a path to write to.
    package let filename: String?
    package let contentType: String?
    package let body: PartBody
}

/// The bytes of a part, in pieces that are not empty; to be read before the reader goes on.
package struct PartBody: Sendable, AsyncSequence {
    package typealias Element = [UInt8]

    let source: MultipartSource
    let number: Int

    package func makeAsyncIterator() -> Iterator { Iterator(source: source, number: number) }

    package struct Iterator: AsyncIteratorProtocol, Sendable {
        fileprivate let source: MultipartSource
        fileprivate let number: Int

        package func next() async throws -> [UInt8]? { try await source.nextPiece(ofPart: number) }
    }

    /// All bytes of the part.
    /// - Throws: ``BodyError/tooLarge(limit:)`` when there are more than `limit`.
    package func collect(upTo limit: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await piece in self {
            guard bytes.count + piece.count <= limit else { throw BodyError.tooLarge(limit: limit) }
            bytes += piece
        }
        return bytes
    }
}

extension Substring {
    fileprivate func trimmingSpaces() -> Substring {
        var text = drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
