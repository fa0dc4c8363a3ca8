import Foundation

/// What a token says of its holder (RFC 7519, section 4.1). Read after its signature has been checked.
struct AccessClaims: DecodableWithConfiguration {
    let issuer: String?
    let subject: String?
    let audiences: [String]
    /// Seconds since 1970.
    let expiry, notBefore: Double?
    let granted: Set<String>

    /// - Parameter scopes: the name of the claim that lists scopes.
    init(from decoder: any Decoder, configuration scopes: String) throws {
        let claims = try decoder.container(keyedBy: Name.self)
        issuer = try claims.decodeIfPresent(String.self, forKey: "iss")
        subject = try claims.decodeIfPresent(String.self, forKey: "sub")
        audiences = try claims.decodeIfPresent(Texts.self, forKey: "aud")?.list ?? []
        expiry = try claims.decodeIfPresent(Double.self, forKey: "exp")
        notBefore = try claims.decodeIfPresent(Double.self, forKey: "nbf")
        // Names with spaces between (RFC 6749, section 3.3), or a list of names.
        let texts = try claims.decodeIfPresent(Texts.self, forKey: Name(scopes))?.list ?? []
        granted = Set(texts.flatMap { $0.split(separator: " ").map(String.init) })
    }

    /// One text or a list of them.
    private struct Texts: Decodable {
        let list: [String]

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let text = try? value.decode(String.self) {
                list = [text]
            } else {
                list = try value.decode([String].self)
            }
        }
    }

    private struct Name: CodingKey, ExpressibleByStringLiteral {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) { stringValue = name }
        init(stringLiteral name: String) { self.init(name) }
        init?(stringValue: String) { self.init(stringValue) }
        init?(intValue: Int) { nil }
    }
}
