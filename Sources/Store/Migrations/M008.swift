import GRDB

/// Webhooks: who wants to hear of the end of an explanation.
enum M008 {
    @Sendable static func run(_ database: Database) throws {
        // `due_at` is when to try next, once the explanation has ended.
        try database.execute(
            sql: """
                CREATE TABLE webhooks (
                    explanation_id TEXT NOT NULL PRIMARY KEY REFERENCES explanations (id) ON DELETE CASCADE,
                    url TEXT NOT NULL CHECK (length(url) > 0),
                    state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'given_up')),
                    attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
                    due_at INTEGER NOT NULL
                ) STRICT, WITHOUT ROWID;

                CREATE INDEX webhooks_pending ON webhooks (due_at) WHERE state = 'pending';
                """)
    }
}
