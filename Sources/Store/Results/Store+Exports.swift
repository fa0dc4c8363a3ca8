package import Foundation
import GRDB

/// The queue of results on their way to the archive. A row comes with the end of an explanation of a DICOM object, by the schema; one process works on
/// them, one after another.
extension Store {
    /// The one that is due first, if any is.
    package func dueExport(at moment: Date) throws -> ExportRecord? {
        try read { database in
            try Row.fetchOne(
                database, sql: "SELECT * FROM exports WHERE state = 'waiting' AND due_at <= ? ORDER BY due_at LIMIT 1",
                arguments: [moment.milliseconds]
            ).map(ExportRecord.init(row:))
        }
    }

    /// When the next one is due; nil when none waits.
    package func nextExportDue() throws -> Date? {
        try read { database in
            try Int64.fetchOne(database, sql: "SELECT min(due_at) FROM exports WHERE state = 'waiting'")
                .map(Date.init(milliseconds:))
        }
    }

    package func export(explanation id: String) throws -> ExportRecord? {
        try read { database in
            try Row.fetchOne(database, sql: "SELECT * FROM exports WHERE explanation_id = ?", arguments: [id])
                .map(ExportRecord.init(row:))
        }
    }

    /// Ends one well: ``ExportState/kept`` or ``ExportState/stored``.
    package func finishExport(explanation id: String, as state: ExportState, attempts: Int) throws {
        try write { database in
            try database.execute(
                sql: """
                    UPDATE exports SET state = ?, attempts = ?, changed_at = ?, error_code = NULL, error_message = NULL
                    WHERE explanation_id = ?
                    """, arguments: [state.rawValue, attempts, Date().milliseconds, id])
        }
    }

    /// Notes that an attempt failed.
    /// - Parameter next: when to try again; nil for never.
    package func failExport(
        explanation id: String, attempts: Int, code: String, message: String, next: Date?
    ) throws {
        try write { database in
            try database.execute(
                sql: """
                    UPDATE exports SET state = ?, attempts = ?, due_at = ?, changed_at = ?, error_code = ?,
                        error_message = ?
                    WHERE explanation_id = ?
                    """,
                arguments: [
                    (next == nil ? ExportState.failed : .waiting).rawValue, attempts, (next ?? Date()).milliseconds,
                    Date().milliseconds, code, message, id,
                ])
        }
    }

    /// Makes one due now, as for the first time, whatever came of it before.
    /// - Returns: nil when there is none.
    package func requeueExport(explanation id: String) throws -> ExportRecord? {
        try write { database in
            let now = Date().milliseconds
            return try Row.fetchOne(
                database,
                sql: """
                    UPDATE exports SET state = 'waiting', attempts = 0, due_at = ?, changed_at = ?, error_code = NULL,
                        error_message = NULL
                    WHERE explanation_id = ? RETURNING *
                    """, arguments: [now, now, id]
            ).map(ExportRecord.init(row:))
        }
    }

    /// A place for a file that is being sent; what is left there is removed at the next start.
    package func scratchFile() -> URL {
        directory.incoming.appending(path: DataDirectory.uploadPrefix + UUID().uuidString)
    }
}
