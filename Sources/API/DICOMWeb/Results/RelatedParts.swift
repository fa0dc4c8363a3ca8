import Foundation
import HTTPServer
import HTTPTypes

/// A body of parts that belong together (RFC 2387), as PS3.18 has objects and frames.
struct RelatedParts {
    /// Of each part, without parameters.
    let type: String
    let caching: String
    private let boundary = "cinegrad-\(UUID().uuidString)"

    init(type: String, caching: String = "private, max-age=86400") { (self.type, self.caching) = (type, caching) }

    /// - Parameter parts: calls its argument for each part, with the part's own content type.
    func response(
        _ parts: @escaping @Sendable (_ write: (String, [UInt8]) async throws -> Void) async throws -> Void
    ) -> Response {
        let boundary = boundary
        return Response(
            status: .ok,
            headers: [
                .contentType: "multipart/related; type=\"\(type)\"; boundary=\(boundary)",
                .cacheControl: caching,
            ],
            body: .stream { writer in
                try await parts { type, bytes in
                    try await writer.write(
                        Array("--\(boundary)\r\nContent-Type: \(type)\r\nContent-Length: \(bytes.count)\r\n\r\n".utf8)
                            + bytes + [0x0D, 0x0A])
                }
                try await writer.write(Array("--\(boundary)--\r\n".utf8))
            })
    }
}
