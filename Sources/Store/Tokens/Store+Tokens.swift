package import Foundation
import GRDB

extension Store {
    /// Makes a token.
    /// - Returns: its record, and the token itself, which cannot be had again.
    package func createToken(
        name: String, scopes: Set<TokenScope>, expiresAt: Date
    ) throws -> (record: TokenRecord, token: String) {
        let secret = TokenSecret()
        let scopes = scopes.map { "\"\($0.rawValue)\"" }.sorted().joined(separator: ",")
        let record = try write { database in
            try database.execute(
                sql: """
                    INSERT INTO tokens (id, name, hash, scopes, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    secret.id, name, secret.hash, "[\(scopes)]", Date().milliseconds, expiresAt.milliseconds,
                ])
            guard let record = try Self.token(secret.id, in: database) else {
                throw StoreError.corrupt("the list of tokens")
            }
            return record
        }
        return (record, secret.text)
    }

    /// The token that a client sent, if it is one of this service that can be used now.
    package func token(_ text: String) throws -> TokenRecord? {
        guard let secret = TokenSecret(text) else { return nil }
        guard let record = try read({ try Self.token(secret.id, in: $0) }), secret.matches(record.hash),
            record.isUsable(at: Date())
        else { return nil }
        return record
    }

    /// All tokens, newest first.
    package func tokens() throws -> [TokenRecord] {
        try read { try Row.fetchAll($0, sql: "SELECT * FROM tokens ORDER BY sequence DESC").map(TokenRecord.init) }
    }

    /// Ends a token. What belongs to it stays.
    /// - Returns: the record as it is then; nil when there is none.
    package func revokeToken(id: String) throws -> TokenRecord? {
        try write { database in
            try database.execute(
                sql: "UPDATE tokens SET revoked_at = coalesce(revoked_at, ?) WHERE id = ?",
                arguments: [Date().milliseconds, id])
            return try Self.token(id, in: database)
        }
    }

    private static func token(_ id: String, in database: Database) throws -> TokenRecord? {
        try Row.fetchOne(database, sql: "SELECT * FROM tokens WHERE id = ?", arguments: [id]).map(TokenRecord.init)
    }
}
