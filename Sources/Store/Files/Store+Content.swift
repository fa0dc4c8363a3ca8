package import Foundation
import GRDB

extension Store {
    /// Starts an upload.
    package func beginUpload() throws -> Upload {
        try Upload(directory: directory, shelf: shelf)
    }

    /// The file of the content with this hash.
    package func contentURL(sha256: String) -> URL {
        directory.contentURL(sha256: sha256)
    }

    /// Gives up content that no video, model or instance was made from.
    package func discard(_ content: Content) throws {
        content.hold.release()
        try removeContent(content.sha256)
    }

    /// Removes a content file that no video, model or instance refers to.
    func removeContent(_ sha256: String) throws {
        try shelf.remove(sha256) {
            try read { database in
                try Bool.fetchOne(
                    database,
                    sql: """
                        SELECT EXISTS (SELECT 1 FROM videos WHERE sha256 = :sha256)
                            OR EXISTS (SELECT 1 FROM models WHERE sha256 = :sha256)
                            OR EXISTS (SELECT 1 FROM instances WHERE sha256 = :sha256)
                        """, arguments: ["sha256": sha256]) ?? true
            }
        }
    }

    /// Removes files of a process that died between an upload and its row: nothing of them was acknowledged.
    func removeUnreferencedContent() throws {
        for sha256 in try directory.contentHashes() { try removeContent(sha256) }
    }
}
