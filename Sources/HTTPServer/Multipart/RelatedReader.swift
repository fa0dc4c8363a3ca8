/// Reads the parts of a `multipart/related` body one after the other as they arrive (RFC 2387), as DICOMweb sends them (PS3.18, section 8.6.1.2).
package struct RelatedReader: Sendable {
    /// The media type of the root part, in lower case; nil when the content type has no parameter `type`.
    package let type: String?
    private let source: MultipartSource

    /// Boundaries are taken that are longer than the 70 bytes of RFC 2046: senders in hospitals make them of two UUIDs.
    private static let longestBoundary = 512

    /// Nil when the content type is another one.
    package init?(contentType: String, body: RequestBody, limits: MultipartLimits) {
        guard let value = ParameterizedValue(contentType), value.value == "multipart/related" else { return nil }
        type = value.parameters["type"]?.lowercased()
        source = MultipartSource(
            boundary: Array((value.parameters["boundary"] ?? "").utf8), longestBoundary: Self.longestBoundary,
            namesParts: false, body: body, limits: limits)
    }

    /// The next part; what was not read of the one before is skipped. Nil after the closing delimiter.
    /// - Throws: ``MultipartError``, or ``BodyError`` of the body; after an error it throws it again.
    package func next() async throws -> RelatedPart? {
        guard let (number, header) = try await source.nextPart() else { return nil }
        return RelatedPart(contentType: header.contentType, body: PartBody(source: source, number: number))
    }
}

package struct RelatedPart: Sendable {
    package let contentType: String?
    package let body: PartBody
}
