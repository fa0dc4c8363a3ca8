import Foundation
import GRDB

/// The store's side of evaluations. One process owns the directory, so an evaluation needs no lease: what is found running when none runs is gone on with.
extension Store {
    private static let evaluationRows = """
        SELECT *, (SELECT count(*) FROM evaluation_clips WHERE evaluation_id = evaluations.id) AS completed FROM evaluations
        """

    /// - Parameters:
    ///   - plan: JSON text.
    ///   - total: clips to be measured.
    ///   - owner: the id of a token. What nobody owns is seen by those alone who see everything.
    /// - Throws: ``StoreError/queueFull(limit:seconds:)``
    package func addEvaluation(plan: String, total: Int, owner: String = "") throws -> EvaluationRecord {
        try write { database in
            let queued =
                try Int.fetchOne(database, sql: "SELECT count(*) FROM evaluations WHERE state = 'queued'") ?? 0
            guard queued < limits.queued else { throw StoreError.queueFull(limit: limits.queued, seconds: 60) }
            let id = IdentifierKind.evaluation.makeIdentifier()
            try database.execute(
                sql: """
                    INSERT INTO evaluations (id, owner, state, plan, total, created_at)
                    VALUES (?, ?, 'queued', ?, ?, ?)
                    """, arguments: [id, owner, plan, total, Date().milliseconds])
            guard let record = try Self.evaluation(id, in: database) else {
                throw StoreError.corrupt("the list of evaluations")
            }
            return record
        }
    }

    package func evaluation(id: String) throws -> EvaluationRecord? {
        try read { try Self.evaluation(id, in: $0) }
    }

    private static func evaluation(_ id: String, in database: Database) throws -> EvaluationRecord? {
        try Row.fetchOne(database, sql: "\(evaluationRows) WHERE id = ?", arguments: [id]).map(EvaluationRecord.init)
    }

    /// Newest first.
    /// - Parameter cursor: `next` of the page before.
    package func evaluations(seenBy viewer: Viewer, after cursor: String?, limit: Int) throws -> (
        records: [EvaluationRecord], next: String?
    ) {
        let sequence = try Cursor.sequence(cursor)
        return try read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    \(Self.evaluationRows) WHERE sequence < :sequence AND \(viewer.condition)
                    ORDER BY sequence DESC LIMIT :limit
                    """, arguments: ["sequence": sequence, "limit": limit + 1, "viewer": viewer.argument])
            let page = try Cursor.page(rows, limit: limit)
            return (try page.rows.map(EvaluationRecord.init), page.next)
        }
    }

    /// The evaluation to work on: one that runs, which a process that is gone left behind, or the oldest that waits.
    package func nextEvaluation() throws -> EvaluationRecord? {
        try write { database in
            let id = try String.fetchOne(
                database,
                sql: """
                    SELECT id FROM evaluations WHERE state IN ('running', 'queued')
                    ORDER BY state = 'queued', sequence LIMIT 1
                    """)
            guard let id else { return nil }
            try database.execute(sql: "UPDATE evaluations SET state = 'running' WHERE id = ?", arguments: [id])
            return try Self.evaluation(id, in: database)
        }
    }

    /// Whether it is still to be worked on: false when it was cancelled or deleted meanwhile.
    package func isEvaluationRunning(id: String) throws -> Bool {
        try read { database in
            try Bool.fetchOne(
                database, sql: "SELECT EXISTS (SELECT 1 FROM evaluations WHERE id = ? AND state = 'running')",
                arguments: [id]) ?? false
        }
    }

    /// Keeps what was measured on a clip, unless the evaluation runs no more.
    /// - Parameter findings: JSON text.
    package func addFindings(_ findings: String, evaluation id: String, subject: Int, clip: Int) throws {
        try write { database in
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO evaluation_clips (evaluation_id, subject, clip, findings)
                    SELECT id, ?, ?, ? FROM evaluations WHERE id = ? AND state = 'running'
                    """, arguments: [subject, clip, findings, id])
        }
    }

    /// Of one subject, in the order of its clips: JSON texts.
    package func findings(evaluation id: String, subject: Int) throws -> [String] {
        try read { database in
            try String.fetchAll(
                database,
                sql: "SELECT findings FROM evaluation_clips WHERE evaluation_id = ? AND subject = ? ORDER BY clip",
                arguments: [id, subject])
        }
    }

    /// Ends an evaluation that runs.
    /// - Parameter failure: why it failed; nil when it succeeded.
    package func finishEvaluation(id: String, failure: (code: String, message: String)?) throws {
        try write { database in
            try database.execute(
                sql: """
                    UPDATE evaluations SET state = ?, finished_at = ?, error_code = ?, error_message = ?
                    WHERE id = ? AND state = 'running'
                    """,
                arguments: [
                    failure == nil ? JobState.succeeded.rawValue : JobState.failed.rawValue, Date().milliseconds,
                    failure?.code, failure?.message, id,
                ])
        }
    }

    /// Cancels an evaluation that waits or runs, deletes one that is finished.
    /// - Returns: the cancelled one; nil when it was deleted or there is none.
    package func endEvaluation(id: String) throws -> EvaluationRecord? {
        try write { database in
            guard let record = try Self.evaluation(id, in: database) else { return nil }
            guard !record.state.isFinal else {
                try database.execute(sql: "DELETE FROM evaluations WHERE id = ?", arguments: [id])
                try reclaim(database)
                return nil
            }
            try database.execute(
                sql: "UPDATE evaluations SET state = 'cancelled', finished_at = ? WHERE id = ?",
                arguments: [Date().milliseconds, id])
            return try Self.evaluation(id, in: database)
        }
    }
}
