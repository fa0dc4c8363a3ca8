/// Why a `multipart/form-data` or `multipart/related` body cannot be read (RFC 7578, RFC 2046 section 5.1, RFC 2387).
package enum MultipartError: Error, Hashable, Sendable {
    /// The content type has no boundary, or one that is too long (a form's has at most 70 bytes) or with bytes a boundary may not have.
    case missingBoundary
    /// A delimiter line has more than the boundary.
    case malformedDelimiter
    /// A part's header lines are no fields.
    case malformedHeader
    case headersTooLarge(limit: Int)
    /// A part has no `Content-Disposition: form-data` with a name.
    case missingName
    case tooManyParts(limit: Int)
    /// The body ends before its closing delimiter.
    case truncated
    /// The bytes of a part were asked for after the reader had gone on.
    case partPassed
}

extension MultipartError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missingBoundary: "the content type has no valid boundary parameter"
        case .malformedDelimiter: "a boundary is followed by something else than the end of the line"
        case .malformedHeader: "a part's header section is malformed"
        case .headersTooLarge(let limit): "a part's header section is larger than \(limit) bytes"
        case .missingName: "a part has no Content-Disposition of form-data with a name"
        case .tooManyParts(let limit): "there are more than \(limit) parts"
        case .truncated: "the body ends before its closing boundary"
        case .partPassed: "a part was read after the next one had been asked for"
        }
    }
}

/// What one multipart body may have beyond its bytes, which the request body's own limit bounds.
package struct MultipartLimits: Hashable, Sendable {
    package var parts: Int
    /// Of one part.
    package var headerBytes: Int

    package init(parts: Int, headerBytes: Int) {
        self.parts = parts
        self.headerBytes = headerBytes
    }
}
