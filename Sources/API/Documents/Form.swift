import HTTPServer
import HTTPTypes

/// Reads a multipart form part by part, refusing parts that are not known or come twice.
struct Form {
    private let reader: MultipartReader
    private let known: [String]
    private var seen: Set<String> = []

    /// Nil when the body is no form.
    /// - Parameter limit: bytes of the whole body.
    init?(_ request: Request, known: [String], limit: Int) {
        guard request.mediaType == "multipart/form-data", let type = request.head.headerFields[.contentType],
            let reader = MultipartReader(
                contentType: type, body: request.body.limited(to: limit),
                limits: MultipartLimits(parts: 16, headerBytes: 4096))
        else { return nil }
        self.reader = reader
        self.known = known
    }

    mutating func next() async throws -> Part? {
        guard let part = try await reader.next() else { return nil }
        guard known.contains(part.name) else { throw ServiceError.unknownPart(name: part.name, known: known) }
        guard seen.insert(part.name).inserted else { throw ServiceError.repeatedPart(name: part.name) }
        return part
    }
}
