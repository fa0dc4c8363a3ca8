package import Foundation
import GRDB

/// The objects that were made of explanations.
extension Store {
    /// Keeps an object; one that is there already stays as it is.
    /// - Returns: false when the explanation or its video is gone, and then nothing is kept.
    package func addResult(_ result: ResultRecord, file: Data) throws -> Bool {
        try write { database in
            let isKept = try Bool.fetchOne(
                database,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM explanations JOIN videos ON videos.id = explanations.video_id
                                   WHERE explanations.id = ?)
                    """, arguments: [result.explanation])
            guard isKept == true else { return false }
            try database.execute(
                sql: """
                    INSERT OR IGNORE INTO results
                        (explanation_id, video_id, kind, study, series, instance, attributes, data, pixel_offset)
                    SELECT id, video_id, ?, ?, ?, ?, ?, ?, ? FROM explanations WHERE id = ?
                    """,
                arguments: [
                    result.kind, result.study, result.series, result.instance, result.attributes, file,
                    result.pixelOffset, result.explanation,
                ])
            return true
        }
    }

    /// The file of an explanation's object.
    package func resultFile(explanation: String, kind: String) throws -> Data? {
        try read { database in
            try Data.fetchOne(
                database, sql: "SELECT data FROM results WHERE explanation_id = ? AND kind = ?",
                arguments: [explanation, kind])
        }
    }

    package func resultFile(instance: String) throws -> Data? {
        try read { database in
            try Data.fetchOne(database, sql: "SELECT data FROM results WHERE instance = ?", arguments: [instance])
        }
    }

    /// Objects by what they belong to, oldest first, of those that match every criterion which is not nil.
    package func results(
        seenBy viewer: Viewer = .all, explanation: String?, study: String?, series: String?, instance: String?
    ) throws -> [ResultRecord] {
        var conditions = ["TRUE"]
        var arguments: StatementArguments = []
        for (column, value) in [
            ("explanation_id", explanation), ("study", study), ("series", series), ("instance", instance),
        ] {
            guard let value else { continue }
            conditions.append("\(column) = ?")
            arguments += [value]
        }
        if let owner = viewer.argument {
            conditions.append("explanation_id IN (SELECT id FROM explanations WHERE owner = ?)")
            arguments += [owner]
        }
        return try read { [conditions, arguments] database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT explanation_id, kind, study, series, instance, attributes, pixel_offset FROM results
                    WHERE \(conditions.joined(separator: " AND ")) ORDER BY sequence
                    """, arguments: arguments
            ).map(ResultRecord.init(row:))
        }
    }
}
