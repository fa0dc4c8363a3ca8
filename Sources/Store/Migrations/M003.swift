import GRDB

/// Evaluations: studies over many clips, each of which is stored as it is measured.
enum M003 {
    @Sendable static func run(_ database: Database) throws {
        // `model_ids` is a JSON array of ids, or names of bundled models. A clip's findings are JSON text.
        try database.execute(
            sql: """
                CREATE TABLE evaluations (
                    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
                    id TEXT NOT NULL UNIQUE CHECK (id GLOB 'evl_?*'),
                    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
                    plan TEXT NOT NULL CHECK (json_valid(plan)),
                    total INTEGER NOT NULL CHECK (total > 0),
                    created_at INTEGER NOT NULL,
                    finished_at INTEGER,
                    error_code TEXT,
                    error_message TEXT,
                    CHECK ((state IN ('succeeded', 'failed', 'cancelled')) = (finished_at IS NOT NULL)),
                    CHECK ((state = 'failed') = (error_code IS NOT NULL)),
                    CHECK ((error_code IS NULL) = (error_message IS NULL))
                ) STRICT;

                CREATE INDEX evaluations_by_state ON evaluations (state, sequence);

                CREATE TABLE evaluation_clips (
                    evaluation_id TEXT NOT NULL REFERENCES evaluations (id) ON DELETE CASCADE,
                    subject INTEGER NOT NULL CHECK (subject >= 0),
                    clip INTEGER NOT NULL CHECK (clip >= 0),
                    findings TEXT NOT NULL CHECK (json_valid(findings)),
                    PRIMARY KEY (evaluation_id, subject, clip)
                ) STRICT, WITHOUT ROWID;
                """)
    }
}
