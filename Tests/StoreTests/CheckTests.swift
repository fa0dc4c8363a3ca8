import Foundation
import Store
import TestSupport
import Testing

/// What a look through a data directory finds.
@Suite struct CheckTests {
    private let fixture: StoreFixture
    private let video: VideoRecord
    private let content: URL
    private let explanation: String

    /// A store with a video and a finished explanation.
    init() throws {
        fixture = try StoreFixture()
        let bytes = try fixture.upload(Array("a video".utf8))
        content = bytes.url
        video = try fixture.store.addVideo(bytes, facts: "{}").record
        explanation = try fixture.enqueue().id
        let job = try fixture.claim()
        let map = try countingMap(kind: "flow", components: 2, frames: 3, height: 4, width: 5)
        _ = try fixture.store.complete(
            job, result: "{}", maps: [map], clip: nil, artefacts: [Artefact(.vectors, Data("[]".utf8))])
    }

    private func findings(reading: Bool = true) throws -> [StoreFinding] {
        try StoreCheck.run(fixture.directory.url, readingContent: reading).findings
    }

    @Test func aStoreInOrderHasNoFindings() throws {
        let report = try StoreCheck.run(fixture.directory.url, readingContent: true)
        #expect(report.findings.isEmpty && !report.isDamaged)
        #expect(report.videos == 1 && report.models == 0 && report.explanations == 1 && report.contentBytes == 7)
    }

    @Test func bytesThatChangedAreFound() throws {
        try Data("a vidEo".utf8).write(to: content)
        #expect(try findings() == [.wrongDigest(id: video.id, sha256: video.sha256)])
        // Which only reading them tells.
        #expect(try findings(reading: false).isEmpty)
        try Data("a vi".utf8).write(to: content)
        #expect(try findings() == [.wrongSize(id: video.id, sha256: video.sha256, bytes: 4, expected: 7)])
        try FileManager.default.removeItem(at: content)
        #expect(try findings() == [.missingContent(id: video.id, sha256: video.sha256)])
        let text = StoreFinding.missingContent(id: "vid_1", sha256: "ab").description
        #expect(text == "vid_1: its bytes are gone (content ab)")
    }

    @Test func bytesOfNobodyAreNoDamage() throws {
        let orphan = try fixture.upload([9])
        let report = try StoreCheck.run(fixture.directory.url, readingContent: true)
        #expect(report.findings == [.unreferencedContent(sha256: orphan.sha256)])
        #expect(!report.isDamaged)
    }

    @Test func mapsWithoutAllFramesAreFound() throws {
        try fixture.tamper("DELETE FROM map_frames WHERE frame = 1")
        #expect(try findings() == [.incompleteMap(explanation: explanation, kind: "flow")])
    }

    @Test func blobsWhoseChecksumDiffersAreFound() throws {
        try fixture.tamper(
            "UPDATE map_frames SET data = CAST(substr(data, 1, length(data) - 1) || x'00' AS BLOB) WHERE frame = 2")
        try fixture.tamper("UPDATE artefacts SET data = x'00'")
        #expect(
            try findings() == [
                .damagedBlob("\(explanation), map flow, frame 2"), .damagedBlob("\(explanation), vectors"),
            ])
        #expect(try findings(reading: false).isEmpty)
    }

    @Test func rowsThatReferToNothingAreFound() throws {
        try fixture.tamperUnchecked("UPDATE artefacts SET explanation_id = 'exp_gone'")
        #expect(try findings() == [.danglingReference(table: "artefacts")])
    }

    @Test func withoutADatabaseThereIsNothingToCheck() throws {
        let empty = try TemporaryDirectory()
        let path = empty.url.path(percentEncoded: false)
        #expect(throws: StoreError.notADataDirectory(path: path)) {
            try StoreCheck.run(empty.url, readingContent: true)
        }
    }
}

/// Damage of the database file itself.
@Suite struct DamageTests {
    /// A store that was closed, and its database.
    private func closed() throws -> (directory: TemporaryDirectory, database: URL) {
        let directory = try TemporaryDirectory()
        do {
            let store = try Store(directory: directory.url)
            for _ in 0..<50 { _ = try StoreFixture.enqueue(in: store) }
        }
        // Whoever closes the database last brings everything from the log into it.
        let _: [Int] = try StoreFixture.query(directory.url, "SELECT count(*) FROM explanations")
        return (directory, directory.url.appending(path: "cinegrad.sqlite"))
    }

    /// Overwrites the root page of a table.
    private func spoil(_ table: String, of directory: TemporaryDirectory, _ database: URL) throws {
        let roots: [Int] = try StoreFixture.query(
            directory.url, "SELECT rootpage FROM sqlite_schema WHERE name = '\(table)'")
        let sizes: [Int] = try StoreFixture.query(directory.url, "PRAGMA page_size")
        let file = try FileHandle(forUpdating: database)
        try file.seek(toOffset: UInt64((try #require(roots.first) - 1) * (try #require(sizes.first))))
        try file.write(contentsOf: Data(repeating: 0xA5, count: 512))
        try file.close()
    }

    @Test(arguments: ["explanations", "videos", "idempotency_keys"])
    func aDamagedTableIsFoundAtTheStart(_ table: String) throws {
        let (directory, database) = try closed()
        try spoil(table, of: directory, database)
        #expect {
            try Store(directory: directory.url)
        } throws: { error in
            if case StoreError.corrupt(let what) = error { what.hasPrefix("the database") } else { false }
        }
        let report = try StoreCheck.run(directory.url, readingContent: true)
        #expect(report.isDamaged)
        // Nothing was made worse.
        #expect(try StoreCheck.run(directory.url, readingContent: true).findings == report.findings)
    }

    @Test func aDatabaseThatWasCutIsFoundAtTheStart() throws {
        let (directory, database) = try closed()
        let bytes = try Data(contentsOf: database)
        for count in [100, 4096, bytes.count / 2] {
            try bytes.prefix(count).write(to: database)
            #expect(throws: StoreError.self, "\(count) bytes") { try Store(directory: directory.url) }
            #expect(try StoreCheck.run(directory.url, readingContent: false).isDamaged, "\(count) bytes")
        }
        try bytes.write(to: database)
        #expect(try Store(directory: directory.url).explanationCounts()[.queued] == 50)
    }

    @Test func clocksThatJumpEndNoJobTwice() throws {
        let fixture = try StoreFixture()
        let job = try fixture.claimed()
        // Forward: its lease seems to have run out, and another worker takes it.
        try fixture.tamper("UPDATE explanations SET lease_until = lease_until - 3600000")
        let second = try fixture.claim()
        #expect(second.id == job.id && second.attempts == 2)
        #expect(try !fixture.store.complete(job, result: "{}", maps: [], clip: nil, artefacts: []))
        #expect(try fixture.store.complete(second, result: "{}", maps: [], clip: nil, artefacts: []))
        // Back: a lease of tomorrow holds nobody up after a start, and times in the future are no error.
        let third = try fixture.claimed()
        try fixture.tamper(
            """
            UPDATE explanations SET lease_until = lease_until + 86400000, created_at = created_at + 86400000
            WHERE state = 'running'
            """)
        #expect(try fixture.store.recover().requeued == 1)
        let fourth = try fixture.claim()
        #expect(fourth.id == third.id && fourth.waited == .zero)
        #expect(try fixture.store.complete(fourth, result: "{}", maps: [], clip: nil, artefacts: []))
        #expect(try fixture.store.explanationCounts()[.succeeded] == 2)
    }
}
