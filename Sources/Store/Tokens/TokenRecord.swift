package import Foundation
import GRDB

/// What a token lets its holder do.
package enum TokenScope: String, CaseIterable, Hashable, Sendable, Codable {
    /// See what belongs to it.
    case read
    /// Make things, and end and delete what belongs to it.
    case submit
    /// Both, of everything, and what concerns the service as a whole.
    case manage
}

extension Set<TokenScope> {
    /// `manage` holds the others.
    package func allow(_ scope: TokenScope) -> Bool { contains(scope) || contains(.manage) }
}

/// A bearer token as it is kept: without the token itself.
package struct TokenRecord: Hashable, Sendable {
    /// `tok_` and 22 letters and digits; the token begins with it.
    package let id: String
    /// For people.
    package let name: String
    package let scopes: Set<TokenScope>
    package let createdAt: Date
    package let expiresAt: Date
    package let revokedAt: Date?
    /// SHA-256 of the token.
    let hash: Data

    init(row: Row) throws {
        id = try row.decode(forColumn: "id")
        name = try row.decode(forColumn: "name")
        hash = try row.decode(forColumn: "hash")
        let scopes: String = try row.decode(forColumn: "scopes")
        guard let scopes = try? JSONDecoder().decode(Set<TokenScope>.self, from: Data(scopes.utf8)) else {
            throw StoreError.corrupt("the scopes of \(id)")
        }
        self.scopes = scopes
        createdAt = Date(milliseconds: try row.decode(forColumn: "created_at"))
        expiresAt = Date(milliseconds: try row.decode(forColumn: "expires_at"))
        revokedAt = try row.decode(Int64?.self, forColumn: "revoked_at").map(Date.init(milliseconds:))
    }

    package func isUsable(at now: Date) -> Bool { revokedAt == nil && now < expiresAt }

}
