package import Foundation
import JWTKit

/// Checks access tokens of one issuer: JSON Web Tokens that it has signed (RFC 7519, RFC 9068), by the rules of RFC 8725.
package struct TokenVerifier: Sendable {
    private let issuer: String
    private let audience: String
    private let scopes: String
    private let leeway: TimeInterval
    private let keys: KeyRing

    /// - Parameters:
    ///   - issuer: as tokens have it in `iss`.
    ///   - audience: this service's name among those in `aud`.
    ///   - scopes: the name of the claim that lists scopes.
    ///   - leeway: by how much the issuer's clock may differ, in seconds.
    package init(issuer: String, audience: String, scopes: String, leeway: Int, keys: KeyRing) {
        self.issuer = issuer
        self.audience = audience
        self.scopes = scopes
        self.leeway = TimeInterval(leeway)
        self.keys = keys
    }

    /// Whose a token is.
    /// - Throws: ``TokenRefusal``; ``KeysUnavailable`` when it cannot be told.
    package func account(of text: String, at now: Date) async throws -> Account {
        let token = try CompactToken(text)
        guard let published = try await keys.keys(named: token.key, at: .now) else { throw TokenRefusal.unknownKey }
        // The key says by which algorithms it may be used, never the token (RFC 8725, section 3.1).
        guard let key = published[token.algorithm] else { throw TokenRefusal.algorithm }
        // Some take a millisecond, which other connections should not wait for. What cannot be a signature is an error there.
        let isGenuine = try await offload { (try? key.verify(token.signature, signs: token.signed)) ?? false }
        guard isGenuine else { throw TokenRefusal.signature }
        return try account(claiming: token.claims, at: now.timeIntervalSince1970)
    }

    private func account(claiming text: Data, at now: TimeInterval) throws(TokenRefusal) -> Account {
        guard let claims = try? JSONDecoder().decode(AccessClaims.self, from: text, configuration: scopes) else {
            throw .malformed
        }
        guard claims.issuer == issuer else { throw .issuer }
        guard claims.audiences.contains(audience) else { throw .audience }
        guard let expiry = claims.expiry, expiry.isFinite else { throw .noExpiry }
        guard now < expiry + leeway else { throw .expired }
        guard claims.notBefore.map({ $0 <= now + leeway }) ?? true else { throw .notYetValid }
        // At most 255 characters (OpenID Connect Core 1.0, section 2).
        guard let subject = claims.subject, (1...255).contains(subject.utf8.count) else { throw .noSubject }
        return Account(issuer: issuer, subject: subject, granted: claims.granted)
    }
}
