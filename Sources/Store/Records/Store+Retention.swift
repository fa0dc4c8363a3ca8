package import Foundation
import GRDB

/// Something that has ended, or that nothing refers to: it may be removed.
package struct Removable: Hashable, Sendable {
    package let kind: OwnedKind
    package let id: String
    /// When it ended; of a video when it was uploaded.
    package let since: Date
}

extension Store {
    /// What may be removed, oldest first: explanations and evaluations that have ended, and videos without explanations. Models stay.
    /// - Parameter before: when it has to have ended.
    package func removable(endedBefore before: Date, limit: Int) throws -> [Removable] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT 'explanation' AS kind, id, finished_at AS since FROM explanations WHERE finished_at < :before
                    UNION ALL
                    SELECT 'evaluation', id, finished_at FROM evaluations WHERE finished_at < :before
                    UNION ALL
                    SELECT 'video', id, created_at FROM videos
                    WHERE created_at < :before
                        AND NOT EXISTS (SELECT 1 FROM explanations WHERE video_id = videos.id)
                    ORDER BY since LIMIT :limit
                    """, arguments: ["before": before.milliseconds, "limit": limit]
            ).map { row in
                guard let kind = OwnedKind(rawValue: try row.decode(forColumn: "kind")) else {
                    throw StoreError.corrupt("a list of old things")
                }
                return Removable(
                    kind: kind, id: try row.decode(forColumn: "id"),
                    since: Date(milliseconds: try row.decode(forColumn: "since")))
            }
        }
    }

    /// Removes it with all that belongs to it.
    /// - Returns: false when it is gone, or in use again.
    package func remove(_ removable: Removable) throws -> Bool {
        do {
            switch removable.kind {
            case .explanation: return try deleteExplanation(id: removable.id)
            case .evaluation:
                guard let record = try evaluation(id: removable.id), record.state.isFinal else { return false }
                _ = try endEvaluation(id: removable.id)
                return true
            case .video: return try deleteVideo(id: removable.id)
            case .model: return false
            }
        } catch StoreError.inUse, StoreError.running {
            return false
        }
    }

    /// Bytes on the disk: what the database has in use, and the content files.
    package func bytesInUse() throws -> Int {
        try read { database in
            try Int.fetchOne(
                database,
                sql: """
                    SELECT (SELECT page_count FROM pragma_page_count) * (SELECT page_size FROM pragma_page_size)
                        - (SELECT freelist_count FROM pragma_freelist_count) * (SELECT page_size FROM pragma_page_size)
                        + (SELECT coalesce(sum(bytes), 0) FROM (
                            SELECT sha256, bytes FROM videos UNION SELECT sha256, bytes FROM models))
                    """) ?? 0
        }
    }

    /// Gives what was deleted back to the file system. What a reader still needs goes with the next call.
    package func returnSpace() throws {
        try write { try reclaim($0) }
        try checkpoint()
    }
}
