import Foundation
import GRDB

/// What a monitor asks of a store. Each may wait for the disk.
extension Store {
    /// Bytes that this user may still write to the file system of the data directory.
    package func freeBytes() throws -> Int {
        let path = directory.incoming.path(percentEncoded: false)
        var facts = statvfs()
        guard statvfs(path, &facts) == 0 else { throw StoreError.system("asking for free space", path: path) }
        let (bytes, overflow) = Int(clamping: facts.f_bavail).multipliedReportingOverflow(by: Int(facts.f_frsize))
        return overflow ? .max : bytes
    }

    /// Bytes of the database and its log.
    package func databaseBytes() -> Int {
        let path = directory.database.path(percentEncoded: false)
        return ["", "-wal"].reduce(0) { $0 + (DurableFile.size(path + $1) ?? 0) }
    }

    /// Whether the mode of the data directory lets other users in.
    package func isOpenToOthers() throws -> Bool {
        let path = directory.incoming.deletingLastPathComponent().path(percentEncoded: false)
        var facts = stat()
        guard stat(path, &facts) == 0 else { throw StoreError.system("asking for the mode", path: path) }
        return facts.st_mode & 0o077 != 0
    }

    /// Writes a small file to the disk and removes it again.
    /// - Throws: ``StoreError`` when that cannot be done.
    package func probeDisk() throws {
        let upload = try beginUpload()
        defer { upload.cancel() }
        try upload.write(Array(repeating: 0, count: 4096))
        try upload.synchronize()
    }

    /// Begins to write to the database, and reads from it; changes nothing.
    /// - Throws: ``StoreError`` when that cannot be done.
    package func probeDatabase() throws {
        // The transaction takes the lock that writing needs (BEGIN IMMEDIATE).
        _ = try write { try Int.fetchOne($0, sql: "SELECT count(*) FROM explanations WHERE state = 'running'") }
        _ = try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_schema") }
    }

    /// The ids of models whose checkpoint is not there with its size.
    package func modelsWithoutCheckpoint() throws -> [String] {
        try models(seenBy: .all).filter {
            DurableFile.size(contentURL(sha256: $0.sha256).path(percentEncoded: false)) != $0.bytes
        }
        .map(\.id)
    }
}
