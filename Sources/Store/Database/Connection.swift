import Foundation
import GRDB

/// How connections to the database are made.
enum Connection {
    /// Opens the database with full durability, and brings its schema up to date.
    static func open(_ url: URL) throws -> DatabasePool {
        let pool = try connect(url)
        let migrator = Migrations.all
        try pool.read(inspect)
        guard try !pool.read(migrator.hasBeenSuperseded) else { throw StoreError.newerSchema }
        try migrator.migrate(pool)
        return pool
    }

    /// Opens a database that another process may be using.
    /// - Returns: nil when its schema is not the current one.
    static func visit(_ url: URL) throws -> DatabasePool? {
        let pool = try connect(url)
        let migrator = Migrations.all
        let isCurrent = try pool.read {
            try migrator.hasCompletedMigrations($0) && !migrator.hasBeenSuperseded($0)
        }
        return isCurrent ? pool : nil
    }

    /// Opens a database of any version for reading, as it is.
    static func read(_ url: URL) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(10)
        return try DatabaseQueue(path: url.path(percentEncoded: false), configuration: configuration)
    }

    /// Finds damage where it would be met sooner or later: everything but the tables of blobs, which may be many gigabytes and have checksums of their own.
    /// - Throws: ``StoreError/corrupt(_:)``.
    static func inspect(_ database: Database) throws {
        let tables = try String.fetchAll(
            database,
            sql: """
                SELECT name FROM sqlite_schema WHERE type = 'table'
                    AND name NOT IN ('map_frames', 'clip_frames', 'artefacts') AND name NOT LIKE 'sqlite_%'
                """)
        for table in tables {
            let first = try String.fetchOne(database, sql: "PRAGMA quick_check('\(table)')")
            guard first == "ok" else { throw StoreError.corrupt("the database (table \(table))") }
        }
    }

    private static func connect(_ url: URL) throws -> DatabasePool {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = FULL")
            guard !database.configuration.readonly else { return }
            // Takes effect only before the first table, which the change to WAL creates.
            try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
            // What is deleted is overwritten: a patient's pictures must not stay in free pages.
            try database.execute(sql: "PRAGMA secure_delete = ON")
            // A WAL grown by one large result is cut back at the next checkpoint. Bytes.
            try database.execute(sql: "PRAGMA journal_size_limit = 67108864")
        }
        let pool = try DatabasePool(path: url.path(percentEncoded: false), configuration: configuration)
        // Opening a pool sets NORMAL on the writer, with which a power cut takes back the last transactions.
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        return pool
    }
}

/// The settings on which "nothing acknowledged is lost" rests, as one connection reports them.
package struct Durability: Hashable, Sendable {
    /// `wal`.
    package let journalMode: String
    /// 2: FULL, every commit is fsync'ed.
    package let synchronous: Int
    /// 2: INCREMENTAL, deleted pages go back to the file system.
    package let autoVacuum: Int
    package let foreignKeys: Bool

    init(_ database: Database) throws {
        journalMode = try String.fetchOne(database, sql: "PRAGMA journal_mode") ?? ""
        synchronous = try Int.fetchOne(database, sql: "PRAGMA synchronous") ?? -1
        autoVacuum = try Int.fetchOne(database, sql: "PRAGMA auto_vacuum") ?? -1
        foreignKeys = try Bool.fetchOne(database, sql: "PRAGMA foreign_keys") ?? false
    }
}
