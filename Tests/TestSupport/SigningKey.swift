package import Foundation
import JWTKit

/// A pair of keys of an issuer, made anew for each test.
package struct SigningKey: Sendable {
    /// `kid`
    package let name: String
    /// `alg`
    package let algorithm: String
    /// The public half as an entry of a JSON Web Key Set.
    package let published: [String: String]
    private let signer: any JWTAlgorithm

    /// For `ES256`.
    package static func es256(_ name: String) async throws -> SigningKey {
        let key = ES256PrivateKey()
        return try await curve(name, "ES256", "P-256", key.publicKey.parameters, JWTKeyCollection().add(ecdsa: key))
    }

    /// For `ES384`.
    package static func es384(_ name: String) async throws -> SigningKey {
        let key = ES384PrivateKey()
        return try await curve(name, "ES384", "P-384", key.publicKey.parameters, JWTKeyCollection().add(ecdsa: key))
    }

    /// For `EdDSA`.
    package static func eddsa(_ name: String) async throws -> SigningKey {
        let key = try EdDSA.PrivateKey()
        return SigningKey(
            name: name, algorithm: "EdDSA",
            published: ["kty": "OKP", "crv": "Ed25519", "kid": name, "x": text(key.publicKey.rawRepresentation)],
            signer: try await JWTKeyCollection().add(eddsa: key).getKey())
    }

    /// For `RS256` to `PS512`.
    /// - Parameter pem: a private key.
    package static func rsa(_ name: String, _ algorithm: String, pem: String) async throws -> SigningKey {
        let key = try Insecure.RSA.PrivateKey(pem: pem)
        let (modulus, exponent) = try key.publicKey.getKeyPrimitives()
        let digest: DigestAlgorithm =
            switch algorithm.suffix(3) {
            case "256": .sha256
            case "384": .sha384
            default: .sha512
            }
        let keys = JWTKeyCollection()
        _ =
            algorithm.hasPrefix("PS")
            ? await keys.add(pss: key, digestAlgorithm: digest) : await keys.add(rsa: key, digestAlgorithm: digest)
        return SigningKey(
            name: name, algorithm: algorithm,
            published: ["kty": "RSA", "kid": name, "n": text(modulus), "e": text(exponent)],
            signer: try await keys.getKey())
    }

    /// A private RSA key, in PEM.
    package static func rsaKey(bits: Int) throws -> String {
        let (status, output) = try ForeignProgram.run(["openssl", "genrsa", "-traditional", String(bits)])
        guard status == 0, let start = output.range(of: "-----BEGIN") else {
            throw ForeignProgram.Failure(description: output)
        }
        return String(output[start.lowerBound...])
    }

    /// For `HS256`: with a secret that is none.
    package static func hs256(_ name: String, secret: String) async throws -> SigningKey {
        let keys = await JWTKeyCollection().add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256)
        return SigningKey(name: name, algorithm: "HS256", published: [:], signer: try await keys.getKey())
    }

    private static func curve(
        _ name: String, _ algorithm: String, _ curve: String, _ point: ECDSAParameters?, _ keys: JWTKeyCollection
    ) async throws -> SigningKey {
        func url(_ text: String?) -> String {
            (text ?? "").replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        }
        return SigningKey(
            name: name, algorithm: algorithm,
            published: ["kty": "EC", "crv": curve, "kid": name, "x": url(point?.x), "y": url(point?.y)],
            signer: try await keys.getKey())
    }

    /// A token of JSON texts as they are, well formed or not.
    package func token(header: String, claims: String) throws -> String {
        let signed = "\(Self.text(Data(header.utf8))).\(Self.text(Data(claims.utf8)))"
        return "\(signed).\(Self.text(Data(try signer.sign(Data(signed.utf8)))))"
    }

    /// A token as issuers make them.
    package func token(_ claims: String) throws -> String {
        try token(header: #"{"alg":"\#(algorithm)","typ":"JWT","kid":"\#(name)"}"#, claims: claims)
    }

    /// Base64url without padding.
    package static func text(_ bytes: Data) -> String {
        bytes.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// A JSON Web Key Set.
    package static func published(_ keys: [SigningKey]) throws -> Data {
        try JSONEncoder().encode(["keys": keys.map(\.published)])
    }
}
