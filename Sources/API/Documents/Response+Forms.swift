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

    /// Fewer are compressed or hashed in less than a millisecond; more are handed to a thread that keeps no other client waiting.
    static let quickBytes = 32 << 10

    /// What never changes under its address, with a strong validator: `304` when the client has it (RFC 9110, section 13.1.2).
    /// `206` with a part of it when a range is asked for (section 14).
    static func immutable(_ bytes: [UInt8], type: String, request: Request, vary: Bool) async -> Response {
        let tag =
            bytes.count < quickBytes ? EntityTag(of: bytes) : await offload { EntityTag(of: bytes) }
        var headers: HTTPFields = [
            .eTag: tag.text, .cacheControl: "private, max-age=86400", .acceptRanges: "bytes",
        ]
        if vary { headers[.vary] = "Accept" }
        if tag.isKnown(to: request) { return Response(status: .notModified, headers: headers, body: .empty) }
        headers[.contentType] = type
        // A part of something else than the client has would not fit (section 13.1.5).
        let isSame = request.head.headerFields[.ifRange].map { $0 == tag.text } ?? true
        let range = ContentRange(field: isSame ? request.head.headerFields[.range] : nil, size: bytes.count)
        headers[.contentRange] = range.field(size: bytes.count)
        switch range {
        case .whole: return Response(status: .ok, headers: headers, body: .bytes(bytes))
        case .part(let offset, let length):
            return Response(
                status: .partialContent, headers: headers, body: .bytes(Array(bytes[offset..<offset + length])))
        case .unsatisfiable: return .unsatisfiable(range, size: bytes.count)
        }
    }

    /// 416 for a range behind the end.
    static func unsatisfiable(_ range: ContentRange, size: Int) -> Response {
        let error = ServiceError.rangeNotSatisfiable(size: size)
        var response = Problem(status: error.status, code: error.code, detail: error.description).response
        response.headers[.contentRange] = range.field(size: size)
        return response
    }

    static func noContent() -> Response { Response(status: .noContent, headers: [:], body: .empty) }
}

/// A strong validator (RFC 9110, section 8.8.3).
struct EntityTag: Hashable, Sendable {
    let text: String

    init(of bytes: [UInt8]) {
        text = "\"" + SHA256.hash(data: bytes).prefix(16).map { String(format: "%02x", $0) }.joined() + "\""
    }

    /// Of the same in gzip's coding: another representation has another strong validator.
    static func gzipped(_ text: String) -> String { text.dropLast() + "-gzip\"" }

    /// By `If-None-Match`, which compares weakly (section 13.1.2).
    func isKnown(to request: Request) -> Bool {
        let known = (request.head.headerFields[.ifNoneMatch] ?? "").split(separator: ",").map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        return known.contains { known in
            let strong = known.hasPrefix("W/") ? String(known.dropFirst(2)) : known
            return known == "*" || strong == text || strong == Self.gzipped(text)
        }
    }
}
