import Foundation
import GRDB

extension Store {
    /// Erases what somebody sees of a study: its objects with their bytes, and every explanation that was made from one of them, also those that
    /// wait or run. What was deleted is overwritten in the database (`secure_delete`), and the log of writes is emptied.
    /// - Returns: whether there was anything of it.
    package func eraseStudy(_ uid: String, seenBy viewer: Viewer) throws -> Bool {
        let erased: (explanations: [(id: String, isRunning: Bool)], contents: [String]) = try write { database in
            let arguments: StatementArguments = ["study": uid, "viewer": viewer.argument]
            let explanations = try Row.fetchAll(
                database,
                sql: """
                    DELETE FROM explanations
                    WHERE id IN (SELECT explanation_id FROM explanation_sources WHERE study_uid = :study)
                        AND \(viewer.condition)
                    RETURNING id, state = 'running' AS running
                    """, arguments: arguments
            ).map { row in
                (
                    id: try row.decode(String.self, forColumn: "id"),
                    isRunning: try row.decode(Bool.self, forColumn: "running")
                )
            }
            let videos = try String.fetchAll(
                database,
                sql: """
                    SELECT video_id FROM instances
                    WHERE study_uid = :study AND video_id IS NOT NULL AND \(viewer.condition)
                    """, arguments: arguments)
            let contents = try String.fetchAll(
                database,
                sql: "DELETE FROM instances WHERE study_uid = :study AND \(viewer.condition) RETURNING sha256",
                arguments: arguments)
            for video in videos {
                try database.execute(sql: "DELETE FROM videos WHERE id = ?", arguments: [video])
            }
            try reclaim(database)
            return (explanations, contents)
        }
        for content in erased.contents { try removeContent(content) }
        for (id, isRunning) in erased.explanations {
            // Its worker looks up, and finds the lease lost.
            if isRunning { cancellations.add(id) }
            publish(id)
        }
        guard !erased.explanations.isEmpty || !erased.contents.isEmpty else { return false }
        try checkpoint()
        return true
    }
}
