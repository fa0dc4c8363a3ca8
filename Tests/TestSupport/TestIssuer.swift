package import Foundation
package import OpenID

/// An issuer whose keys are in a file, and a verifier of its tokens.
package struct TestIssuer: Sendable {
    package static let name = "https://login.example.org/realms/hospital"
    package static let audience = "cinegrad"

    package let log = LogRecorder()
    package let keys: KeyRing
    package let verifier: TokenVerifier
    private let directory: TemporaryDirectory
    package var file: URL { directory.url.appending(path: "keys.json") }

    /// - Parameter scopes: the name of the claim that lists them.
    package init(_ published: [SigningKey], scopes: String = "scope") throws {
        directory = try TemporaryDirectory()
        keys = KeyRing(
            source: .file(directory.url.appending(path: "keys.json")), refresh: .seconds(3600), logger: log.logger)
        verifier = TokenVerifier(
            issuer: Self.name, audience: Self.audience, scopes: scopes, leeway: 60, keys: keys)
        try publish(published)
    }

    package func publish(_ keys: [SigningKey]) throws { try publish(text: SigningKey.published(keys)) }

    package func publish(text: Data) throws { try text.write(to: file, options: .atomic) }

    /// Claims of a token that is taken for five minutes, with some of them changed; nil leaves one out. Values are JSON.
    package static func claims(_ changes: [String: String?], at now: Int) -> String {
        let standard: [String: String?] = [
            "iss": "\"\(name)\"", "aud": "\"\(audience)\"", "sub": "\"f3a1\"", "exp": "\(now + 300)", "nbf": "\(now)",
            "scope": "\"openid cinegrad:read\"",
        ]
        let fields = standard.merging(changes) { $1 }.compactMap { name, value in value.map { "\"\(name)\":\($0)" } }
        return "{\(fields.sorted().joined(separator: ","))}"
    }
}
