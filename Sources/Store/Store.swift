package import Foundation
import GRDB

/// Everything that outlives a process: videos, models, explanations with their queue, and maps.
///
/// One directory holds it: `cinegrad.sqlite` (rows and maps), `content/ab/abcdef…` (uploaded bytes under their SHA-256), `incoming/`
/// (uploads under way, emptied at the next start), `lock` (one process owns the directory) and `content.lock` (content in use). What a method has returned from is on the disk. Methods are synchronous and
/// may wait for the disk: call them from a thread that may block.
///
/// All SQL of the project is in this module. `claim`, `heartbeat`, `complete`, `fail`, `release` and `finishCancelled` are the whole of what a
/// worker needs, and the surface along which another database would be attached.
package final class Store: Sendable {
    package let limits: StoreLimits
    let directory: DataDirectory
    let shelf: ContentShelf
    let feed = ChangeFeed()
    let cancellations = Cancellations()
    private let pool: DatabasePool

    /// Opens or creates a data directory with the standard limits.
    package convenience init(directory: URL) throws {
        try self.init(directory: directory, limits: .standard)
    }

    /// Opens or creates a data directory (mode 0700) and brings its schema up to date.
    /// - Throws: ``StoreError`` when the path is not a usable directory, another process has it open, or a newer version wrote it.
    package convenience init(directory url: URL, limits: StoreLimits) throws {
        let directory = try DataDirectory(url)
        self.init(
            directory, pool: try StoreError.translating { try Connection.open(directory.database) }, limits: limits)
        try removeUnreferencedContent()
    }

    /// Opens a data directory that a service may be running on: videos and models can be added, listed and removed beside it. Jobs are its own.
    /// - Throws: ``StoreError``; ``StoreError/lockedByAnotherProcess(path:)`` only when the process that owns it is of another version.
    package static func beside(_ url: URL) throws -> Store {
        if let directory = try DataDirectory.visited(url),
            let pool = try StoreError.translating({ try Connection.visit(directory.database) })
        {
            return Store(directory, pool: pool, limits: .standard)
        }
        // Nobody can be using it yet, or it is to be brought up to date first.
        return try Store(directory: url)
    }

    private init(_ directory: DataDirectory, pool: DatabasePool, limits: StoreLimits) {
        self.limits = limits
        self.directory = directory
        self.pool = pool
        shelf = ContentShelf(directory: directory)
    }

    deinit {
        // The lock goes with `directory`, and only after every connection is closed. A pool that refuses closes with its last reference.
        try? pool.close()
    }

    /// Reads one consistent snapshot.
    func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try StoreError.translating { try pool.read(body) }
    }

    /// Runs one transaction; when this returns, it is on the disk.
    func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try StoreError.translating { try pool.write(body) }
    }

    /// Takes the log into the database file, which shrinks by what was given back, and cuts the log. A reader that is still at it makes that wait for
    /// the next time.
    func checkpoint() throws {
        do {
            try StoreError.translating { _ = try pool.writeWithoutTransaction { try $0.checkpoint(.truncate) } }
        } catch StoreError.database(code: ResultCode.SQLITE_BUSY.rawValue, _) {}
    }

    /// The durability settings in force, on the connection that writes and on one that reads.
    package func durability() throws -> (writer: Durability, reader: Durability) {
        try StoreError.translating {
            (try pool.writeWithoutTransaction(Durability.init), try pool.read(Durability.init))
        }
    }
}

/// What a store accepts before it refuses.
package struct StoreLimits: Hashable, Sendable {
    /// Explanations waiting for a worker.
    package let queued: Int
    /// Those of one owner among them. What nobody owns is bounded by ``queued`` alone.
    package let queuedPerOwner: Int
    /// Times that an explanation may be found running by a process which did not start it.
    package let interruptions: Int

    /// - Parameter queuedPerOwner: nil for as many as there may be in all.
    package init(queued: Int, queuedPerOwner: Int? = nil, interruptions: Int) {
        self.queued = queued
        self.queuedPerOwner = queuedPerOwner ?? queued
        self.interruptions = interruptions
    }

    package static let standard = StoreLimits(queued: 1000, interruptions: 16)
}
