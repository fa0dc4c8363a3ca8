import GRDB

/// The audit log: who did what to which object. It is only added to.
enum M004 {
    @Sendable static func run(_ database: Database) throws {
        // `object_id` is an id of this service or the name of a bundled model: never a text that a client chose.
        try database.execute(
            sql: """
                CREATE TABLE audit (
                    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
                    at INTEGER NOT NULL,
                    who TEXT NOT NULL CHECK (length(who) > 0),
                    action TEXT NOT NULL CHECK (length(action) > 0),
                    object_kind TEXT CHECK (length(object_kind) > 0),
                    object_id TEXT CHECK (length(object_id) > 0),
                    outcome TEXT NOT NULL CHECK (outcome IN ('done', 'refused', 'denied', 'failed')),
                    request_id TEXT CHECK (length(request_id) > 0),
                    CHECK (object_kind IS NOT NULL OR object_id IS NULL)
                ) STRICT;

                CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
                BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;

                CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
                BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;

                CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit
                WHEN EXISTS (SELECT 1 FROM audit WHERE sequence = NEW.sequence)
                BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
                """)
    }
}
