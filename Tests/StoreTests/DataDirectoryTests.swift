import Foundation
import GRDB
import Store
import TestSupport
import Testing

@Suite struct DataDirectoryTests {
    private func mode(_ url: URL) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: url.path(percentEncoded: false))[.posixPermissions] as? Int
    }

    @Test func whatIsCreatedIsForThisUserAlone() throws {
        let parent = try TemporaryDirectory()
        let root = parent.url.appending(path: "a/data", directoryHint: .isDirectory)
        let store = try Store(directory: root)
        let upload = try store.beginUpload()
        try upload.write([1, 2, 3])
        let content = try upload.finish()
        for directory in [
            root, root.appending(path: "content"), root.appending(path: "incoming"),
            content.url.deletingLastPathComponent(),
        ] {
            #expect(try mode(directory) == 0o700)
        }
        for file in [root.appending(path: "cinegrad.sqlite"), root.appending(path: "cinegrad.sqlite-wal"), content.url]
        {
            #expect(try mode(file) == 0o600)
        }
    }

    @Test func anExistingDirectoryKeepsItsModeAndItsFiles() throws {
        let directory = try TemporaryDirectory()
        let incoming = directory.url.appending(path: "incoming")
        try FileManager.default.createDirectory(at: incoming, withIntermediateDirectories: true)
        let foreign = incoming.appending(path: "letter.txt")
        let leftover = incoming.appending(path: "upload-1")
        for file in [foreign, leftover] { try Data("x".utf8).write(to: file) }
        let before = try mode(directory.url)
        let store = try Store(directory: directory.url)
        #expect(try mode(directory.url) == before)
        #expect(FileManager.default.fileExists(atPath: foreign.path(percentEncoded: false)))
        #expect(!FileManager.default.fileExists(atPath: leftover.path(percentEncoded: false)))
        withExtendedLifetime(store) {}
    }

    @Test func aSecondOpeningIsRefusedUntilTheFirstIsGone() throws {
        let directory = try TemporaryDirectory()
        var first: Store? = try Store(directory: directory.url)
        let path = directory.url.path(percentEncoded: false)
        #expect(throws: StoreError.lockedByAnotherProcess(path: path)) { try Store(directory: directory.url) }
        #expect(StoreError.lockedByAnotherProcess(path: "/d").description.contains("/d is in use by another process"))
        withExtendedLifetime(first) {}
        first = nil
        #expect(throws: Never.self) { try Store(directory: directory.url) }
    }

    @Test func aFileIsNoDataDirectory() throws {
        let directory = try TemporaryDirectory()
        let file = directory.url.appending(path: "file")
        try Data().write(to: file)
        #expect(throws: StoreError.notADirectory(path: file.path(percentEncoded: false))) { try Store(directory: file) }
    }

    @Test func aFileThatIsNoDatabaseIsReported() throws {
        let directory = try TemporaryDirectory()
        try Data(repeating: 7, count: 4096).write(to: directory.url.appending(path: "cinegrad.sqlite"))
        #expect(throws: StoreError.corrupt("the database")) { try Store(directory: directory.url) }
    }

    @Test func aNewerSchemaIsRefused() throws {
        let directory = try TemporaryDirectory()
        do { _ = try Store(directory: directory.url) }
        let queue = try DatabaseQueue(
            path: directory.url.appending(path: "cinegrad.sqlite").path(percentEncoded: false))
        try queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('M999')") }
        try queue.close()
        #expect(throws: StoreError.newerSchema) { try Store(directory: directory.url) }
    }
}

@Suite struct SchemaTests {
    @Test func everyConnectionIsDurable() throws {
        let (writer, reader) = try StoreFixture().store.durability()
        for connection in [writer, reader] {
            #expect(connection.journalMode == "wal")
            #expect(connection.synchronous == 2)
            #expect(connection.autoVacuum == 2)
            #expect(connection.foreignKeys)
        }
    }

    @Test func theSchemaIsTheOneThatWasReleased() throws {
        let fixtures = try StoreFixture()
        let statements: [String] = try fixtures.query(
            """
            SELECT sql FROM sqlite_master
            WHERE sql IS NOT NULL AND name NOT LIKE 'grdb_%' AND name NOT LIKE 'sqlite_%' ORDER BY type DESC, name
            """)
        let schema = statements.map { $0 + ";\n" }.joined(separator: "\n")
        #expect(schema == (try String(contentsOf: fixture("schema/v10.sql"), encoding: .utf8)))
    }

    @Test func theFirstReleasesDatabaseIsUpgraded() throws {
        let directory = try TemporaryDirectory()
        do { _ = try Store(directory: directory.url) }
        let file = directory.url.appending(path: "cinegrad.sqlite").path(percentEncoded: false)
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: file + suffix) }
        let old = try DatabaseQueue(path: file)
        try old.write { database in
            try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
            try database.execute(sql: String(contentsOf: fixture("schema/v1.sql"), encoding: .utf8))
            try database.execute(
                sql: """
                    CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
                    INSERT INTO grdb_migrations VALUES ('M001');
                    INSERT INTO explanations (id, state, request, video_id, model_id, created_at, position)
                    VALUES ('exp_old', 'queued', '{}', 'v', 'm', 1, 1);
                    INSERT INTO idempotency_keys VALUES ('key', 'print', 'exp_old', 1);
                    INSERT INTO videos (sequence, id, sha256, bytes, facts, created_at)
                    VALUES (7, 'vid_old', '\(String(repeating: "a", count: 64))', 3, '{}', 1);
                    """)
        }
        try old.close()
        let store = try Store(directory: directory.url)
        #expect(try store.explanation(id: "exp_old")?.state == .queued)
        #expect(try store.video(id: "vid_old")?.bytes == 3)
        let again = try store.enqueue(
            request: "{}", videoID: "v", modelID: "m", artefacts: [], idempotency: ("key", "print"))
        guard case .existing(let record) = again, record.id == "exp_old" else { throw UnexpectedOutcome() }
        #expect(try store.standing(of: .owner("tok"), to: .video, id: "vid_old") == .foreign)
        let tables = try DatabaseQueue(path: file).read {
            try String.fetchAll($0, sql: "SELECT sql FROM sqlite_master WHERE name = 'artefacts'")
        }
        let schema = try String(contentsOf: fixture("schema/v10.sql"), encoding: .utf8)
        #expect(tables.count == 1 && tables.allSatisfy { schema.contains($0) })
    }

    @Test func everyTableChecksItsTypes() throws {
        let loose: [String] = try StoreFixture().query(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND NOT strict AND name NOT LIKE 'grdb_%' AND name NOT LIKE 'sqlite_%'"
        )
        #expect(loose.isEmpty)
    }

    @Test(arguments: [
        "UPDATE explanations SET state = 'succeeded'", "UPDATE explanations SET state = 'running'",
        "UPDATE explanations SET state = 'failed', finished_at = 1", "UPDATE explanations SET state = 'lost'",
        "UPDATE explanations SET completed = -1", "UPDATE explanations SET request = 'no json'",
        "UPDATE explanations SET id = 'vid_1'",
    ])
    func theSchemaRefusesStatesThatCannotBe(sql: String) throws {
        let fixture = try StoreFixture()
        _ = try fixture.enqueue()
        #expect(throws: DatabaseError.self) { try fixture.tamper(sql) }
    }
}
