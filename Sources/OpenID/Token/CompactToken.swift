import Foundation

/// A signed token in its three parts (RFC 7515, section 3.1). Nothing of it has been checked.
struct CompactToken: Sendable {
    /// Bytes.
    static let longest = 8192

    let algorithm: SignatureAlgorithm
    /// Which key it says that it is signed with.
    let key: String
    /// What the signature is of.
    let signed: Data
    let signature: Data
    /// JSON.
    let claims: Data

    init(_ text: String) throws(TokenRefusal) {
        guard text.utf8.count <= Self.longest else { throw .tooLong }
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Base64URL.bytes(parts[0]), let claims = Base64URL.bytes(parts[1]),
            let signature = Base64URL.bytes(parts[2]),
            let header = try? JSONDecoder().decode(Header.self, from: header)
        else { throw .malformed }
        // No extension is understood here, so none may be critical (RFC 7515, section 4.1.11); and no other kind of token is taken for one of
        // access (RFC 8725, section 3.11). Keys and addresses of keys in a header (jwk, jku, x5c, x5u) are not even read.
        guard !header.hasCriticalExtensions, Self.kinds.contains(header.kind?.lowercased() ?? "jwt") else {
            throw .malformed
        }
        guard let algorithm = SignatureAlgorithm(rawValue: header.algorithm) else { throw .algorithm }
        guard let key = header.key else { throw .unknownKey }
        self.algorithm = algorithm
        self.key = key
        self.claims = claims
        self.signature = signature
        signed = Data(parts[0] + [UInt8(ascii: ".")] + parts[1])
    }

    /// RFC 7519, section 5.1; RFC 9068, section 2.1.
    private static let kinds = ["jwt", "at+jwt", "application/at+jwt"]

    private struct Header: Decodable {
        let algorithm: String
        let key: String?
        let kind: String?
        let hasCriticalExtensions: Bool

        private enum Name: String, CodingKey {
            case alg, kid, typ, crit
        }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: Name.self)
            algorithm = try fields.decode(String.self, forKey: .alg)
            key = try fields.decodeIfPresent(String.self, forKey: .kid)
            kind = try fields.decodeIfPresent(String.self, forKey: .typ)
            hasCriticalExtensions = fields.contains(.crit)
        }
    }
}
