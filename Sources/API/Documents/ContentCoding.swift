import HTTPServer
import HTTPTypes

extension Response {
    /// Fewer bytes are not worth the time.
    private static let shortest = 1024

    /// The same in gzip's coding, where that makes it smaller and the client takes it: JSON and other text. Pictures and arrays are not coded: the first are
    /// compressed, and the lower bits of the second are noise.
    func coded(for request: Request) async -> Response {
        guard status.code != 206, status.code != 304, let type = headers[.contentType],
            type.hasPrefix("application/json") || type.hasPrefix("application/problem+json")
                || type.hasPrefix("application/yaml") || type.hasPrefix("text/html"),
            case .bytes(let bytes) = body, bytes.count >= Self.shortest
        else { return self }
        var response = self
        response.headers[.vary] = headers[.vary].map { "\($0), Accept-Encoding" } ?? "Accept-Encoding"
        let accepted = request.head.headerFields[values: .acceptEncoding].joined(separator: ",")
        guard Gzip.isAccepted(accepted) else { return response }
        let compressed =
            bytes.count < Self.quickBytes ? Gzip.compress(bytes) : await offload { Gzip.compress(bytes) }
        guard let compressed, compressed.count < bytes.count else { return response }
        response.headers[.contentEncoding] = "gzip"
        response.headers[.eTag] = headers[.eTag].map(EntityTag.gzipped)
        response.headers[.acceptRanges] = nil
        response.body = .bytes(compressed)
        return response
    }
}
