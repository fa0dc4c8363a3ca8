package import Foundation
import GRDB

/// Looks through a data directory, whether a service runs on it or not, and changes nothing.
package enum StoreCheck {
    /// - Parameter readingContent: whether the bytes of videos and checkpoints are read and hashed, and blobs decompressed; otherwise only their
    ///   presence and size are looked at.
    /// - Throws: ``StoreError`` when there is no data directory or it cannot be read. That the database is damaged is a finding.
    package static func run(_ url: URL, readingContent: Bool) throws -> StoreReport {
        guard let directory = try DataDirectory.visited(url) else {
            throw StoreError.notADataDirectory(path: url.path(percentEncoded: false))
        }
        var report = StoreReport()
        do {
            let database = try Connection.read(directory.database)
            defer { try? database.close() }
            try database.read { database in
                try structure(database, &report)
                guard !report.isDamaged else { return }
                try content(database, directory, &report, isRead: readingContent)
                try maps(database, &report, areRead: readingContent)
            }
        } catch let error as DatabaseError {
            report.findings.append(.database(error.message ?? "code \(error.extendedResultCode.rawValue)"))
        }
        return report
    }

    private static func structure(_ database: Database, _ report: inout StoreReport) throws {
        for line in try String.fetchAll(database, sql: "PRAGMA integrity_check(20)") where line != "ok" {
            report.findings.append(.database(line))
        }
        let tables = try String.fetchAll(database, sql: "SELECT DISTINCT \"table\" FROM pragma_foreign_key_check")
        report.findings += tables.map { .danglingReference(table: $0) }
        func count(_ table: String) throws -> Int {
            guard try database.tableExists(table) else { return 0 }
            return try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table)") ?? 0
        }
        report.videos = try count("videos")
        report.models = try count("models")
        report.explanations = try count("explanations")
        report.evaluations = try count("evaluations")
    }

    private static func content(
        _ database: Database, _ directory: DataDirectory, _ report: inout StoreReport, isRead: Bool
    ) throws {
        var referenced: Set<String> = []
        let rows = try Row.fetchCursor(
            database, sql: "SELECT id, sha256, bytes FROM videos UNION ALL SELECT id, sha256, bytes FROM models")
        while let row = try rows.next() {
            let (id, sha256): (String, String) = (
                try row.decode(forColumn: "id"), try row.decode(forColumn: "sha256")
            )
            let expected: Int = try row.decode(forColumn: "bytes")
            let isNew = referenced.insert(sha256).inserted
            let file = directory.contentURL(sha256: sha256)
            guard let bytes = DurableFile.size(file.path(percentEncoded: false)) else {
                report.findings.append(.missingContent(id: id, sha256: sha256))
                continue
            }
            if isNew { report.contentBytes += bytes }
            if bytes != expected {
                report.findings.append(.wrongSize(id: id, sha256: sha256, bytes: bytes, expected: expected))
            } else if isRead, isNew, try ContentDigest.of(file) != sha256 {
                report.findings.append(.wrongDigest(id: id, sha256: sha256))
            }
        }
        for sha256 in try directory.contentHashes().sorted() where !referenced.contains(sha256) {
            report.findings.append(.unreferencedContent(sha256: sha256))
        }
    }

    private static func maps(_ database: Database, _ report: inout StoreReport, areRead: Bool) throws {
        let incomplete = try Row.fetchAll(
            database,
            sql: """
                SELECT explanation_id, kind FROM maps WHERE frames != (SELECT count(*) FROM map_frames
                    WHERE map_frames.explanation_id = maps.explanation_id AND map_frames.kind = maps.kind)
                """)
        report.findings += incomplete.map { .incompleteMap(explanation: $0["explanation_id"], kind: $0["kind"]) }
        guard areRead else { return }
        for (table, name) in [
            ("map_frames", "explanation_id || ', map ' || kind || ', frame ' || frame"),
            ("clip_frames", "explanation_id || ', clip, frame ' || frame"),
            ("artefacts", "explanation_id || ', ' || name"),
        ] where try database.tableExists(table) {
            let rows = try Row.fetchCursor(database, sql: "SELECT \(name) AS name, data FROM \(table)")
            while let row = try rows.next() {
                let name: String = try row.decode(forColumn: "name")
                if (try? Zstandard.decompressed(row.decode(forColumn: "data"), name: name)) == nil {
                    report.findings.append(.damagedBlob(name))
                }
            }
        }
    }
}
