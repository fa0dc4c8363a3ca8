import JWTKit

/// A key as an issuer publishes it (RFC 7517, section 4), as far as it matters here.
struct PublishedKey: Decodable {
    private let kty: String
    private let use, alg, crv, n, e, x, y, d: String?
    private let key_ops: [String]?
    let kid: String?

    /// Whether it holds the private half, which nobody but the issuer should have.
    var isPrivate: Bool { d != nil }

    /// What signatures it checks: none when it is for something else, or of a kind that is not known here, which is to be passed over (RFC 7517, section 5).
    var algorithms: [SignatureAlgorithm] {
        guard use ?? "sig" == "sig", key_ops?.contains("verify") ?? true else { return [] }
        return SignatureAlgorithm.allCases.filter {
            $0.takes(type: kty, curve: crv) && (alg == nil || alg == $0.rawValue)
        }
    }

    /// - Parameter number: of the key, for errors.
    /// - Throws: ``KeySetError/unusable(number:)``: its numbers are no key.
    func verifiers(number: Int) async throws -> [SignatureAlgorithm: any JWTAlgorithm] {
        var verifiers: [SignatureAlgorithm: any JWTAlgorithm] = [:]
        for algorithm in algorithms {
            guard let verifier = try? await verifier(for: algorithm) else {
                throw KeySetError.unusable(number: number)
            }
            verifiers[algorithm] = verifier
        }
        return verifiers
    }

    private func verifier(for algorithm: SignatureAlgorithm) async throws -> any JWTAlgorithm {
        let key: JWK =
            switch algorithm {
            case .rs256, .rs384, .rs512, .ps256, .ps384, .ps512:
                .rsa(algorithm.published, identifier: "", modulus: n, exponent: e)
            case .es256: .ecdsa(algorithm.published, identifier: "", x: x, y: y, curve: .p256)
            case .es384: .ecdsa(algorithm.published, identifier: "", x: x, y: y, curve: .p384)
            case .eddsa: .octetKeyPair(algorithm.published, identifier: "", x: x, y: nil, curve: .ed25519)
            }
        // A collection for each: one with several takes its first key for those that it does not know, and the algorithm of a key from the first token.
        return try await JWTKeyCollection().add(jwk: key).getKey()
    }
}
