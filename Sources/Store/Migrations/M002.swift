import GRDB

/// Documents and arrays besides maps that belong to an explanation: what came with the request, and what was found.
enum M002 {
    @Sendable static func run(_ database: Database) throws {
        // `data` is one zstd frame with its checksum.
        try database.execute(
            sql: """
                CREATE TABLE artefacts (
                    explanation_id TEXT NOT NULL REFERENCES explanations (id) ON DELETE CASCADE,
                    name TEXT NOT NULL CHECK (length(name) > 0),
                    data BLOB NOT NULL,
                    PRIMARY KEY (explanation_id, name)
                ) STRICT;
                """)
    }
}
