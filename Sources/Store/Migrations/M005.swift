import GRDB

/// Bearer tokens: of each the hash alone.
enum M005 {
    @Sendable static func run(_ database: Database) throws {
        // `hash` is the SHA-256 of the whole token; `scopes` a JSON array.
        try database.execute(
            sql: """
                CREATE TABLE tokens (
                    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
                    id TEXT NOT NULL UNIQUE CHECK (id GLOB 'tok_?*'),
                    name TEXT NOT NULL CHECK (length(name) > 0),
                    hash BLOB NOT NULL CHECK (length(hash) = 32),
                    scopes TEXT NOT NULL CHECK (json_valid(scopes)),
                    created_at INTEGER NOT NULL,
                    expires_at INTEGER NOT NULL,
                    revoked_at INTEGER
                ) STRICT;
                """)
    }
}
