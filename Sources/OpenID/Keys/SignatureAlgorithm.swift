import JWTKit

/// How tokens may be signed: with the private half of a pair of keys (RFC 7518, section 3.1; RFC 8037). `none` and HMAC have no place in it, by which a
/// public key could be taken for a secret one.
package enum SignatureAlgorithm: String, CaseIterable, Hashable, Sendable {
    case rs256 = "RS256"
    case rs384 = "RS384"
    case rs512 = "RS512"
    case ps256 = "PS256"
    case ps384 = "PS384"
    case ps512 = "PS512"
    case es256 = "ES256"
    case es384 = "ES384"
    case eddsa = "EdDSA"

    var published: JWK.Algorithm {
        switch self {
        case .rs256: .rs256
        case .rs384: .rs384
        case .rs512: .rs512
        case .ps256: .ps256
        case .ps384: .ps384
        case .ps512: .ps512
        case .es256: .es256
        case .es384: .es384
        case .eddsa: .eddsa
        }
    }

    /// Whether keys of a type and curve are for it.
    func takes(type: String, curve: String?) -> Bool {
        switch self {
        case .rs256, .rs384, .rs512, .ps256, .ps384, .ps512: type == "RSA"
        case .es256: type == "EC" && curve == "P-256"
        case .es384: type == "EC" && curve == "P-384"
        case .eddsa: type == "OKP" && curve == "Ed25519"
        }
    }
}
