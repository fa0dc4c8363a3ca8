/// Why a token is not taken. What is said of its content is said of one whose signature holds.
package enum TokenRefusal: Error, CaseIterable, Hashable, Sendable {
    case tooLong
    case malformed
    /// None, a symmetric one, or another than that of the key.
    case algorithm
    case unknownKey
    case signature
    case issuer
    case audience
    case noExpiry
    case expired
    case notYetValid
    case noSubject
}

extension TokenRefusal {
    /// A stable name for programs.
    package var code: String {
        switch self {
        case .tooLong: "access.jwt-too-long"
        case .malformed: "access.jwt-malformed"
        case .algorithm: "access.jwt-algorithm"
        case .unknownKey: "access.jwt-key-unknown"
        case .signature: "access.jwt-signature"
        case .issuer: "access.jwt-issuer"
        case .audience: "access.jwt-audience"
        case .noExpiry: "access.jwt-no-expiry"
        case .expired: "access.jwt-expired"
        case .notYetValid: "access.jwt-not-yet-valid"
        case .noSubject: "access.jwt-no-subject"
        }
    }
}

extension TokenRefusal: CustomStringConvertible {
    /// In characters that `error_description` may have (RFC 6750, section 3): ASCII without quotes and backslashes.
    package var description: String {
        switch self {
        case .tooLong: "The token has more than \(CompactToken.longest) bytes."
        case .malformed: "The token is not a signed JSON Web Token with the claims of an access token."
        case .algorithm:
            "The token is not signed with an algorithm of its key, or with none of "
                + SignatureAlgorithm.allCases.map(\.rawValue).joined(separator: ", ") + "."
        case .unknownKey: "The token names no key (kid) that its issuer publishes."
        case .signature: "The signature of the token is not that of its content."
        case .issuer: "The token is of another issuer (iss)."
        case .audience: "The token is for another audience (aud)."
        case .noExpiry: "The token does not say when it expires (exp)."
        case .expired: "The token has expired (exp)."
        case .notYetValid: "The token is not valid yet (nbf)."
        case .noSubject: "The token does not say whose it is (sub)."
        }
    }
}
