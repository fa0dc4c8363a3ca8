import GRDB

/// Owners: to which token things belong.
enum M006 {
    @Sendable static func run(_ database: Database) throws {
        // `owner` is the id of a token; empty for what was made without one. The same bytes are a video of their own for each owner; the file is one.
        try database.execute(
            sql: """
                CREATE TABLE owned_videos (
                    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
                    id TEXT NOT NULL UNIQUE CHECK (id GLOB 'vid_?*'),
                    owner TEXT NOT NULL,
                    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
                    bytes INTEGER NOT NULL CHECK (bytes >= 0),
                    facts TEXT NOT NULL CHECK (json_valid(facts)),
                    created_at INTEGER NOT NULL,
                    UNIQUE (sha256, owner)
                ) STRICT;

                INSERT INTO owned_videos (sequence, id, owner, sha256, bytes, facts, created_at)
                SELECT sequence, id, '', sha256, bytes, facts, created_at FROM videos;

                DROP TABLE videos;

                ALTER TABLE owned_videos RENAME TO videos;

                CREATE TABLE owned_keys (
                    owner TEXT NOT NULL,
                    idempotency_key TEXT NOT NULL,
                    fingerprint TEXT NOT NULL,
                    explanation_id TEXT NOT NULL REFERENCES explanations (id) ON DELETE CASCADE,
                    created_at INTEGER NOT NULL,
                    PRIMARY KEY (owner, idempotency_key)
                ) STRICT, WITHOUT ROWID;

                INSERT INTO owned_keys (owner, idempotency_key, fingerprint, explanation_id, created_at)
                SELECT '', idempotency_key, fingerprint, explanation_id, created_at FROM idempotency_keys;

                DROP TABLE idempotency_keys;

                ALTER TABLE owned_keys RENAME TO idempotency_keys;

                CREATE INDEX idempotency_keys_by_explanation ON idempotency_keys (explanation_id);

                ALTER TABLE models ADD COLUMN owner TEXT NOT NULL DEFAULT '';

                ALTER TABLE explanations ADD COLUMN owner TEXT NOT NULL DEFAULT '';

                ALTER TABLE evaluations ADD COLUMN owner TEXT NOT NULL DEFAULT '';

                CREATE INDEX videos_by_owner ON videos (owner, sequence);

                CREATE INDEX explanations_by_owner ON explanations (owner, sequence);

                CREATE INDEX evaluations_by_owner ON evaluations (owner, sequence);
                """)
    }
}
