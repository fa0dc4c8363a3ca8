import Foundation
import GRDB

extension Store {
    /// Adds an entry to the audit log. The database refuses to change or delete one.
    package func audit(_ entry: AuditEntry) throws {
        try write { database in
            try database.execute(
                sql: """
                    INSERT INTO audit (at, who, action, object_kind, object_id, outcome, request_id)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    Date().milliseconds, entry.who, entry.action, entry.object?.kind, entry.object?.id,
                    entry.outcome.rawValue, entry.requestID,
                ])
        }
    }

    /// The audit log, newest first.
    /// - Parameter cursor: `next` of the page before.
    package func auditLog(after cursor: String?, limit: Int) throws -> (records: [AuditRecord], next: String?) {
        let sequence = try Cursor.sequence(cursor)
        return try read { database in
            let rows = try Row.fetchAll(
                database, sql: "SELECT * FROM audit WHERE sequence < ? ORDER BY sequence DESC LIMIT ?",
                arguments: [sequence, limit + 1])
            let page = try Cursor.page(rows, limit: limit)
            return (try page.rows.map(AuditRecord.init), page.next)
        }
    }
}
