import Foundation
import GRDB

extension Store {
    /// Stores a video; the same bytes again give the owner's record that exists, unchanged.
    /// - Parameter owner: the id of a token. What nobody owns is seen by those alone who see everything.
    package func addVideo(
        _ content: Content, facts: String, owner: String = ""
    ) throws -> (record: VideoRecord, isNew: Bool) {
        try write { try Self.insertVideo(content, facts: facts, owner: owner, in: $0) }
    }

    /// Stores a video that is a DICOM object, so that it is found and erased with its study.
    /// - Parameter dicomFacts: what the object says of itself, JSON text.
    package func addVideo(
        _ content: Content, facts: String, instance: InstanceIdentifiers, dicomFacts: String, owner: String = ""
    ) throws -> (record: VideoRecord, isNew: Bool) {
        try write { database in
            let added = try Self.insertVideo(content, facts: facts, owner: owner, in: database)
            try Self.insert(
                instance, content, facts: dicomFacts, videoID: added.record.id, owner: owner, in: database)
            return added
        }
    }

    static func insertVideo(
        _ content: Content, facts: String, owner: String, in database: Database
    ) throws -> (record: VideoRecord, isNew: Bool) {
        try database.execute(
            sql: """
                INSERT INTO videos (id, owner, sha256, bytes, facts, created_at) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (sha256, owner) DO NOTHING
                """,
            arguments: [
                IdentifierKind.video.makeIdentifier(), owner, content.sha256, content.bytes, facts,
                Date().milliseconds,
            ])
        let isNew = database.changesCount > 0
        let row = try Row.fetchOne(
            database, sql: "SELECT * FROM videos WHERE sha256 = ? AND owner = ?", arguments: [content.sha256, owner])
        guard let row else { throw StoreError.corrupt("the list of videos") }
        return (try VideoRecord(row: row), isNew)
    }

    package func video(id: String) throws -> VideoRecord? {
        try read { database in
            try Row.fetchOne(database, sql: "SELECT * FROM videos WHERE id = ?", arguments: [id]).map(VideoRecord.init)
        }
    }

    /// Videos, newest first.
    /// - Parameter cursor: `next` of the page before.
    package func videos(
        seenBy viewer: Viewer, after cursor: String?, limit: Int
    ) throws -> (records: [VideoRecord], next: String?) {
        let sequence = try Cursor.sequence(cursor)
        return try read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM videos WHERE sequence < :sequence AND \(viewer.condition)
                    ORDER BY sequence DESC LIMIT :limit
                    """, arguments: ["sequence": sequence, "limit": limit + 1, "viewer": viewer.argument])
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
