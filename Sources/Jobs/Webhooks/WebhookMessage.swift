import Crypto
package import Foundation
package import Store

/// What is told of the end of an explanation, signed.
package struct WebhookMessage: Hashable, Sendable {
    /// JSON: `id`, `state`, `finished_at`, `error` (its code, when it failed) and `link`.
    package let body: Data
    /// The value of `Cinegrad-Signature`: `t=` seconds since 1970 `,v1=` and HMAC-SHA256 (RFC 2104) of the time, a dot and the body, in hexadecimal.
    package let signature: String

    package static let signatureField = "Cinegrad-Signature"

    package init(_ record: ExplanationRecord, secret: Data, now: Date) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        encoder.keyEncodingStrategy = .convertToSnakeCase
        let document = Document(
            id: record.id, state: record.state.rawValue, finishedAt: record.finishedAt, error: record.errorCode,
            link: "/v1/explanations/\(record.id)")
        // A plain structure: it can always be encoded.
        body = (try? encoder.encode(document)) ?? Data("{}".utf8)
        let time = Int(now.timeIntervalSince1970)
        let code = HMAC<SHA256>.authenticationCode(
            for: Data("\(time).".utf8) + body, using: SymmetricKey(data: secret))
        signature = "t=\(time),v1=" + code.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private struct Document: Encodable {
        let id, state: String
        let finishedAt: Date?
        let error: String?
        let link: String
    }
}
