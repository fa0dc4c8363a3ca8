import Foundation
import OpenID
import TestSupport

extension TestIssuer {
    /// When these tests are.
    static let now = 1_800_000_000

    static func claims(_ changes: [String: String?] = [:]) -> String { claims(changes, at: now) }

    func account(of token: String) async throws -> Account {
        try await verifier.account(of: token, at: Date(timeIntervalSince1970: TimeInterval(Self.now)))
    }

    /// - Returns: why the token is not taken; nil when it is.
    func refusal(_ token: String) async throws -> TokenRefusal? {
        do {
            _ = try await account(of: token)
            return nil
        } catch let refusal as TokenRefusal {
            return refusal
        }
    }

    /// How often keys were read.
    var readings: Int { log.all.count { $0.contains("the issuer's keys were read") } }
}
