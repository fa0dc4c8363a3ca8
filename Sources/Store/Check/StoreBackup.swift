package import Foundation
import GRDB

/// Copies a data directory to another place while a service may be running on it.
///
/// The copy is a data directory itself: a service can be started on it, and putting it back is to copy it. The database is copied with SQLite's online backup, as it is
/// at one moment. Content never changes under its hash, so it is copied before that, and what was added meanwhile after it.
package enum StoreBackup {
    /// - Parameters:
    ///   - source: a data directory of this or an earlier version. It is left as it is.
    ///   - target: does not exist yet. It appears whole or not at all.
    /// - Returns: what the copy holds, after its bytes were compared with their hashes.
    /// - Throws: ``StoreError``; ``StoreError/damagedContent(_:)`` when a copy would not be one.
    package static func run(_ source: URL, to target: URL) throws -> StoreReport {
        guard let directory = try DataDirectory.visited(source) else {
            throw StoreError.notADataDirectory(path: source.path(percentEncoded: false))
        }
        let path = target.path(percentEncoded: false)
        guard !FileManager.default.fileExists(atPath: path) else { throw StoreError.exists(path: path) }
        let unfinished = target.deletingLastPathComponent().appending(
            path: target.lastPathComponent + ".unfinished", directoryHint: .isDirectory)
        try? FileManager.default.removeItem(at: unfinished)
        do {
            let report = try fill(unfinished, from: directory)
            guard rename(unfinished.path(percentEncoded: false), path) == 0 else {
                throw StoreError.system("naming the backup", path: path)
            }
            try DurableFile.synchronize(directory: target.deletingLastPathComponent())
            return report
        } catch {
            try? FileManager.default.removeItem(at: unfinished)
            throw error
        }
    }

    private static func fill(_ root: URL, from directory: DataDirectory) throws -> StoreReport {
        try StoreError.translating {
            try DurableFile.makeDirectory(root, within: root)
            let copy = CopiedContent(root: root)
            let source = try Connection.read(directory.database)
            defer { try? source.close() }
            for sha256 in try source.read(hashes) { try copy.add(sha256, from: directory) }

            let database = root.appending(path: directory.database.lastPathComponent)
            try DurableFile.touch(database)
            let target = try DatabaseQueue(path: database.path(percentEncoded: false))
            try source.backup(to: target)
            for sha256 in try target.read(hashes) where try !copy.add(sha256, from: directory) {
                // Deleted since: the backup is of the moment before, and cannot have it. What is still referred to is lost.
                guard try !source.read(hashes).contains(sha256) else {
                    throw StoreError.damagedContent(sha256)
                }
                try target.write { database in
                    try database.execute(sql: "DELETE FROM videos WHERE sha256 = ?", arguments: [sha256])
                    try database.execute(sql: "DELETE FROM models WHERE sha256 = ?", arguments: [sha256])
                }
            }
            try copy.keep(only: target.read(hashes))
            try target.close()
            try copy.synchronize()
            try DurableFile.synchronize(file: database)
            try DurableFile.synchronize(directory: root)
            return try StoreCheck.run(root, readingContent: false)
        }
    }

    private static func hashes(_ database: Database) throws -> Set<String> {
        try String.fetchSet(database, sql: "SELECT sha256 FROM videos UNION SELECT sha256 FROM models")
    }
}

/// The content files of a backup under way.
private struct CopiedContent {
    private let root: URL

    init(root: URL) { self.root = root }

    private var content: URL { root.appending(path: "content", directoryHint: .isDirectory) }

    private func file(_ sha256: String) -> URL {
        content.appending(path: String(sha256.prefix(2)), directoryHint: .isDirectory).appending(path: sha256)
    }

    /// Copies content unless it is there.
    /// - Returns: false when the source does not have it.
    /// - Throws: ``StoreError/damagedContent(_:)`` when it has other bytes than its hash says.
    @discardableResult func add(_ sha256: String, from directory: DataDirectory) throws -> Bool {
        let target = file(sha256)
        guard DurableFile.size(target.path(percentEncoded: false)) == nil else { return true }
        let source = directory.contentURL(sha256: sha256)
        guard DurableFile.size(source.path(percentEncoded: false)) != nil else { return false }
        try DurableFile.makeDirectory(target.deletingLastPathComponent(), within: root)
        do {
            guard try ContentDigest.copy(source, to: target) == sha256 else { throw StoreError.damagedContent(sha256) }
            return true
        } catch StoreError.file(_, code: ENOENT) {
            // The service deleted it between the look and the opening; the copy was begun already.
            try DurableFile.remove(target)
            return false
        }
    }

    /// Removes what the copied database does not refer to.
    func keep(only hashes: Set<String>) throws {
        for sha256 in try present() where !hashes.contains(sha256) { try DurableFile.remove(file(sha256)) }
    }

    func synchronize() throws {
        try DurableFile.makeDirectory(content, within: root)
        for prefix in Set(try present().map { $0.prefix(2) }) {
            try DurableFile.synchronize(directory: content.appending(path: String(prefix)))
        }
        try DurableFile.synchronize(directory: content)
    }

    private func present() throws -> [String] {
        let path = content.path(percentEncoded: false)
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: path).flatMap { prefix in
            try FileManager.default.contentsOfDirectory(atPath: content.appending(path: prefix).path)
        }
    }
}
