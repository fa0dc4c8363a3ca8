import Foundation
import GRDB

extension Store {
    /// Stores a video; the same bytes again give the record that exists, unchanged.
    package func addVideo(_ content: Content, facts: String) throws -> (record: VideoRecord, isNew: Bool) {
        try write { database in
            try database.execute(
                sql: """
                    INSERT INTO videos (id, sha256, bytes, facts, created_at) VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT (sha256) DO NOTHING
                    """,
                arguments: [
                    IdentifierKind.video.makeIdentifier(), content.sha256, content.bytes, facts, Date().milliseconds,
                ])
            let isNew = database.changesCount > 0
            let row = try Row.fetchOne(
                database, sql: "SELECT * FROM videos WHERE sha256 = ?", arguments: [content.sha256])
            guard let row else { throw StoreError.corrupt("the list of videos") }
            return (try VideoRecord(row: row), isNew)
        }
    }

    package func video(id: String) throws -> VideoRecord? {
        try read { database in
            try Row.fetchOne(database, sql: "SELECT * FROM videos WHERE id = ?", arguments: [id]).map(VideoRecord.init)
        }
    }

    /// Videos, newest first.
    /// - Parameter cursor: `next` of the page before.
    package func videos(after cursor: String?, limit: Int) throws -> (records: [VideoRecord], next: String?) {
        let sequence = try Cursor.sequence(cursor)
        return try read { database in
            let rows = try Row.fetchAll(
                database, sql: "SELECT * FROM videos WHERE sequence < ? ORDER BY sequence DESC LIMIT ?",
                arguments: [sequence, limit + 1])
            let page = try Cursor.page(rows, limit: limit)
            return (try page.rows.map(VideoRecord.init), page.next)
        }
    }

    /// Deletes a video and its bytes; finished explanations of it stay.
    /// - Returns: whether there was one.
    /// - Throws: ``StoreError/inUse(id:)`` while explanations of it wait or run.
    package func deleteVideo(id: String) throws -> Bool {
        let sha256: String? = try write { database in
            let isInUse = try Bool.fetchOne(
                database,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM explanations WHERE video_id = ? AND state IN ('queued', 'running'))
                    """, arguments: [id])
            if isInUse == true { throw StoreError.inUse(id: id) }
            let sha256 = try String.fetchOne(
                database, sql: "DELETE FROM videos WHERE id = ? RETURNING sha256", arguments: [id])
            if sha256 != nil { try reclaim(database) }
            return sha256
        }
        guard let sha256 else { return false }
        try removeContent(sha256)
        return true
    }

    /// Gives the pages of deleted rows back to the file system.
    func reclaim(_ database: Database) throws {
        try database.execute(sql: "PRAGMA incremental_vacuum")
    }
}
