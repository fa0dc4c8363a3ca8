import HTTPTypes

/// Names one request, in the answer and in the audit log. Made by the service: what a client would send may be anything.
struct RequestIdentifier: Hashable, Sendable {
    /// `req_` and 32 hexadecimal digits.
    let text: String

    init() {
        let digits = (0..<2).map { _ in
            let half = String(UInt64.random(in: .min ... .max), radix: 16)
            return String(repeating: "0", count: 16 - half.count) + half
        }
        text = "req_" + digits.joined()
    }

    /// The field of an answer that tells it.
    static let field = HTTPField.Name("X-Request-Id")
}
