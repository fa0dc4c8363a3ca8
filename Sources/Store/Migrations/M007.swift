import GRDB

/// Priorities, and turns among owners.
enum M007 {
    @Sendable static func run(_ database: Database) throws {
        // `turn` grows with every job of the priority that is taken: whose is smallest was served longest ago.
        try database.execute(
            sql: """
                ALTER TABLE explanations ADD COLUMN priority INTEGER NOT NULL DEFAULT 0 CHECK (priority IN (-1, 0, 1));

                CREATE TABLE turns (
                    priority INTEGER NOT NULL,
                    owner TEXT NOT NULL,
                    turn INTEGER NOT NULL,
                    PRIMARY KEY (priority, owner)
                ) STRICT, WITHOUT ROWID;

                CREATE INDEX explanations_waiting ON explanations (priority, owner, position) WHERE state = 'queued';
                """)
    }
}
