import Foundation

/// The directory of a store. It belongs to one process; others may visit it.
final class DataDirectory: Sendable {
    let database: URL
    let content: URL
    let incoming: URL
    /// The file of ``ContentLock``s.
    let contentLock: URL
    /// Nil for a visitor.
    private let lock: DirectoryLock?

    /// Creates what is missing, takes the lock and removes uploads that no process works on any more.
    ///
    /// A directory that is created gets the mode 0700. One that exists keeps its mode, which may be another's decision; what is put into it is
    /// readable by this user alone.
    convenience init(_ root: URL) throws {
        try DurableFile.makeDirectory(root, within: root)
        try self.init(root, lock: DirectoryLock(root))
        for directory in [content, incoming] { try DurableFile.makeDirectory(directory, within: root) }
        // Its log and index take over the mode of the database.
        try DurableFile.touch(database)
        try DurableFile.synchronize(directory: root)
        for upload in try Self.names(in: incoming) where upload.hasPrefix(Self.uploadPrefix) {
            let file = incoming.appending(path: upload)
            if !DurableFile.isLocked(file) { try DurableFile.remove(file) }
        }
    }

    /// A directory that another process may own, left as it is.
    /// - Returns: nil when there is no database in it.
    static func visited(_ root: URL) throws -> DataDirectory? {
        let directory = try DataDirectory(root, lock: nil)
        return FileManager.default.fileExists(atPath: directory.database.path(percentEncoded: false))
            ? directory : nil
    }

    private init(_ root: URL, lock: DirectoryLock?) throws {
        database = root.appending(path: "cinegrad.sqlite")
        content = root.appending(path: "content", directoryHint: .isDirectory)
        incoming = root.appending(path: "incoming", directoryHint: .isDirectory)
        contentLock = root.appending(path: "content.lock")
        self.lock = lock
    }

    /// What begins with it in `incoming` is ours to remove.
    static let uploadPrefix = "upload-"

    /// The file that has, or would have, the content with this hash.
    func contentURL(sha256: String) -> URL {
        content.appending(path: String(sha256.prefix(2)), directoryHint: .isDirectory).appending(path: sha256)
    }

    /// The hashes of all content files.
    func contentHashes() throws -> [String] {
        try Self.names(in: content).filter { $0.utf8.count == 2 }.flatMap { prefix in
            try Self.names(in: content.appending(path: prefix)).filter { $0.hasPrefix(prefix) && $0.utf8.count == 64 }
        }
    }

    private static func names(in directory: URL) throws -> [String] {
        let path = directory.path(percentEncoded: false)
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw StoreError.noPermission(path: path)
        }
    }
}

/// Keeps other processes out of a data directory for as long as it lives; the system lets go of it when the process dies.
final class DirectoryLock: Sendable {
    private let descriptor: Int32

    init(_ directory: URL) throws {
        let path = directory.path(percentEncoded: false)
        descriptor = open(
            directory.appending(path: "lock").path(percentEncoded: false), O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StoreError.system("opening the lock file", path: path) }
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            let error =
                errno == EWOULDBLOCK
                ? StoreError.lockedByAnotherProcess(path: path)
                : StoreError.system("locking the data directory", path: path)
            close(descriptor)
            throw error
        }
    }

    deinit { close(descriptor) }
}
