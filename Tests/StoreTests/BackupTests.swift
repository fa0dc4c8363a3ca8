import Foundation
import Store
import TestSupport
import Testing

@Suite struct BackupTests {
    private let fixture: StoreFixture
    private let place: TemporaryDirectory

    init() throws {
        fixture = try StoreFixture()
        place = try TemporaryDirectory()
    }

    private var target: URL { place.url.appending(path: "copy", directoryHint: .isDirectory) }

    private func addVideo(_ text: String) throws -> VideoRecord {
        try fixture.store.addVideo(fixture.upload(Array(text.utf8)), facts: "{}").record
    }

    private func mode(_ url: URL) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: url.path(percentEncoded: false))[.posixPermissions] as? Int
    }

    @Test func aCopyIsADataDirectoryOfItsOwn() throws {
        let videos = [try addVideo("one"), try addVideo("two")]
        let waiting = try fixture.enqueue().id
        let running = try fixture.enqueue().id
        _ = try fixture.claim()
        let report = try StoreBackup.run(fixture.directory.url, to: target)
        #expect(report.videos == 2 && report.explanations == 2 && report.contentBytes == 6 && report.findings.isEmpty)
        #expect(try StoreCheck.run(target, readingContent: true).findings.isEmpty)
        #expect(try mode(target) == 0o700 && mode(target.appending(path: "cinegrad.sqlite")) == 0o600)

        // The original goes on, and neither sees the other.
        _ = try addVideo("three")
        let copy = try Store(directory: target)
        for video in videos {
            #expect(try copy.video(id: video.id) == video)
            #expect(FileManager.default.fileExists(atPath: copy.contentURL(sha256: video.sha256).path))
        }
        #expect(try copy.videos(seenBy: .all, after: nil, limit: 10).records.count == 2)
        // What ran when the copy was made waits in it.
        #expect(try copy.recover().requeued == 1)
        for id in [waiting, running] { #expect(try copy.explanation(id: id)?.state == .queued) }
        let durability = try copy.durability()
        #expect(durability.writer.journalMode == "wal" && durability.writer.autoVacuum == 2)
    }

    @Test func contentThatNoRowRefersToIsNotCopied() throws {
        let video = try addVideo("one")
        let orphan = try fixture.upload(Array("orphan".utf8))
        _ = try StoreBackup.run(fixture.directory.url, to: target)
        let copied = try FileManager.default.subpathsOfDirectory(atPath: target.appending(path: "content").path)
        #expect(copied.contains { $0.hasSuffix(video.sha256) } && !copied.contains { $0.hasSuffix(orphan.sha256) })
    }

    @Test func whatIsDamagedIsNoBackup() throws {
        let video = try addVideo("one")
        try Data("0ne".utf8).write(to: fixture.store.contentURL(sha256: video.sha256))
        #expect(throws: StoreError.damagedContent(video.sha256)) {
            try StoreBackup.run(fixture.directory.url, to: target)
        }
        try FileManager.default.removeItem(at: fixture.store.contentURL(sha256: video.sha256))
        #expect(throws: StoreError.damagedContent(video.sha256)) {
            try StoreBackup.run(fixture.directory.url, to: target)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.url.path).isEmpty)
    }

    @Test func nothingIsOverwritten() throws {
        try FileManager.default.createDirectory(at: target, withIntermediateDirectories: false)
        #expect(throws: StoreError.exists(path: target.path(percentEncoded: false))) {
            try StoreBackup.run(fixture.directory.url, to: target)
        }
        let none = place.url.appending(path: "none", directoryHint: .isDirectory)
        #expect(throws: StoreError.notADataDirectory(path: none.path(percentEncoded: false))) {
            try StoreBackup.run(none, to: place.url.appending(path: "other"))
        }
    }

    @Test func copiesAreWholeWhileVideosComeAndGo() async throws {
        for index in 0..<20 { _ = try addVideo("kept \(index)") }
        try await withThrowingTaskGroup(of: Void.self) { group in
            let fixture = fixture
            group.addTask {
                for index in 0..<200 {
                    // Held by nobody after this line, so that the deletion removes the bytes.
                    let video = try fixture.store.addVideo(
                        fixture.upload(Array("short-lived \(index)".utf8)), facts: "{}"
                    ).record
                    _ = try fixture.store.deleteVideo(id: video.id)
                    _ = try fixture.enqueue()
                }
            }
            for round in 0..<10 {
                let target = place.url.appending(path: "copy-\(round)", directoryHint: .isDirectory)
                let report = try StoreBackup.run(fixture.directory.url, to: target)
                #expect(report.findings.isEmpty && report.videos >= 20, "\(report)")
            }
            try await group.waitForAll()
        }
    }
}
