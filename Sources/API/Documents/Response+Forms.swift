import Crypto
import Foundation
import HTTPServer
import HTTPTypes

extension Response {
    static func json(_ document: JSONText, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        if headers[.cacheControl] == nil { headers[.cacheControl] = "no-store" }
        return Response(status: status, headers: headers, body: .bytes(document.bytes))
    }

    /// What never changes under its address, with a strong validator: `304` when the client has it (RFC 9110, section 13.1.2).
    static func immutable(_ bytes: [UInt8], type: String, request: Request, vary: Bool) -> Response {
        let tag = "\"" + SHA256.hash(data: bytes).prefix(16).map { String(format: "%02x", $0) }.joined() + "\""
        var headers: HTTPFields = [.eTag: tag, .cacheControl: "private, max-age=86400"]
        if vary { headers[.vary] = "Accept" }
        let known = (request.head.headerFields[.ifNoneMatch] ?? "").split(separator: ",").map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        if known.contains("*") || known.contains(where: { $0 == tag || $0 == "W/\(tag)" }) {
            return Response(status: .notModified, headers: headers, body: .empty)
        }
        headers[.contentType] = type
        return Response(status: .ok, headers: headers, body: .bytes(bytes))
    }

    static func noContent() -> Response { Response(status: .noContent, headers: [:], body: .empty) }
}
