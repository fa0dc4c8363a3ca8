import Foundation
import Jobs
import Store
import TestSupport
import Testing

/// What is deleted by itself.
struct RetentionTests {
    private let fixture: JobsFixture
    private var store: Store { fixture.store }

    init() throws { fixture = try JobsFixture() }

    private func retention(days: Int? = nil, bytes: Int? = nil) -> Retention {
        Retention(store: store, age: days.map { .seconds($0 * 86_400) }, bytes: bytes, logger: fixture.log.logger)
    }

    private func video(_ byte: UInt8, count: Int) throws -> String {
        let upload = try store.beginUpload()
        try upload.write(Array(repeating: byte, count: count))
        return try store.addVideo(try upload.finish(), facts: "{}").record.id
    }

    private func explanation(of video: String) throws -> String {
        let outcome = try store.enqueue(request: "{}", videoID: video, modelID: "m", artefacts: [], idempotency: nil)
        guard case .created(let record) = outcome else { throw UnexpectedOutcome() }
        return record.id
    }

    /// An explanation that has ended, with a map of so many bytes that no compressor makes smaller.
    private func finished(of video: String, bytes: Int) throws -> String {
        let id = try explanation(of: video)
        let job = try #require(try store.claim(worker: "w", lease: .seconds(60)))
        var state: UInt64 = 1
        let values = (0..<bytes / 4).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(bitPattern: UInt32(truncatingIfNeeded: state >> 33))
        }
        let map = try MapRecord(
            info: MapInfo(
                kind: "pixels", components: 1, frames: 1, height: 16, width: values.count / 16, firstClipFrame: 0,
                scale: 1,
                statistics: "{}"), values: values)
        #expect(try store.complete(job, result: "{}", maps: [map], clip: nil, artefacts: []))
        return id
    }

    @Test func whatIsOldGoesAndWhatWaitsStays() throws {
        let (used, unused) = (try video(1, count: 10), try video(2, count: 10))
        let (old, waiting) = (try finished(of: used, bytes: 640), try explanation(of: used))
        let tomorrow = Date() + 86_400
        #expect(try retention(days: 2).purge(now: tomorrow) == 0)
        #expect(try retention().purge(now: tomorrow + 1e9) == 0)
        #expect(try retention(days: 1).purge(now: tomorrow + 60) == 2)
        #expect(try store.explanation(id: old) == nil && store.video(id: unused) == nil)
        #expect(try store.explanation(id: waiting) != nil && store.video(id: used) != nil)
        // When its last explanation is gone, the video goes too.
        #expect(try store.requestCancel(id: waiting) == .cancelled)
        #expect(try retention(days: 1).purge(now: tomorrow + 60) == 2)
        #expect(try store.video(id: used) == nil)
        let entries = try store.auditLog(after: nil, limit: 9).records.map(\.entry)
        #expect(entries.count == 4 && Set(entries.map { $0.object?.id }) == [used, waiting, unused, old])
        #expect(entries.allSatisfy { $0.who == "service" && $0.action == "retention" && $0.outcome == .done })
    }

    @Test func theOldestGoUntilTheRestFits() throws {
        let videos = try (0..<3).map { try video($0, count: 1000) }
        let ids = try videos.map { try finished(of: $0, bytes: 1 << 20) }
        let running = try explanation(of: videos[0])
        let before = try store.bytesInUse()
        #expect(before > 3 << 20)
        // Room for two of three maps.
        #expect(try retention(bytes: before - 1000).purge(now: Date() + 1) == 1)
        #expect(try ids.map { try store.explanation(id: $0) != nil } == [false, true, true])
        #expect(try store.bytesInUse() < before - (1 << 20) + (64 << 10))
        // What waits stays, however little is allowed.
        _ = try retention(bytes: 1).purge(now: Date() + 1)
        #expect(try store.explanation(id: running) != nil && store.video(id: videos[0]) != nil)
        #expect(try store.video(id: videos[1]) == nil && store.video(id: videos[2]) == nil)
    }

    @Test func theDiskIsFreed() throws {
        func size(_ name: String) throws -> Int {
            let file = fixture.directory.url.appending(path: name)
            return try FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int ?? 0
        }
        let content = try video(1, count: 1 << 20)
        for _ in 0..<4 { _ = try finished(of: content, bytes: 1 << 20) }
        try store.returnSpace()
        let before = try size("cinegrad.sqlite")
        #expect(before > 4 << 20)
        let file = try #require(try store.video(id: content)).sha256
        #expect(try retention(days: 1).purge(now: Date() + 2 * 86_400) == 5)
        #expect(try size("cinegrad.sqlite") < 1 << 19)
        #expect(try size("cinegrad.sqlite-wal") == 0)
        #expect(!FileManager.default.fileExists(atPath: store.contentURL(sha256: file).path))
    }
}
