import Foundation
import GRDB
import Store
import TestSupport
import Testing

@Suite struct RecoveryTests {
    /// Copies the files as they are on the disk while the store is open: what a killed process leaves.
    private func crashImage(of directory: TemporaryDirectory) throws -> TemporaryDirectory {
        let image = try TemporaryDirectory()
        for name in ["cinegrad.sqlite", "cinegrad.sqlite-wal", "content"] {
            try FileManager.default.copyItem(
                at: directory.url.appending(path: name), to: image.url.appending(path: name))
        }
        return image
    }

    @Test func everythingAcknowledgedIsThereAfterACrashAndFinishesOnce() throws {
        let fixture = try StoreFixture()
        let video = try fixture.store.addVideo(try fixture.upload([1, 2, 3]), facts: "{}").record
        let outcome = try fixture.store.enqueue(
            request: "{}", videoID: video.id, modelID: "m", artefacts: [], idempotency: nil)
        guard case .created(let interrupted) = outcome else { throw UnexpectedOutcome() }
        let stale = try fixture.claim()
        let waiting = try fixture.enqueue()
        let image = try crashImage(of: fixture.directory)

        let store = try Store(directory: image.url)
        #expect(try Data(contentsOf: store.contentURL(sha256: video.sha256)) == Data([1, 2, 3]))
        #expect(try store.video(id: video.id) == video)
        #expect(try store.recover() == RecoveryReport(requeued: 1, poisoned: 0, cancelled: 0))
        #expect(try store.recover() == RecoveryReport(requeued: 0, poisoned: 0, cancelled: 0))
        #expect(try !store.complete(stale, result: "{}", maps: [], clip: nil, artefacts: []))
        // Behind the one that waited.
        let (first, second) = (
            try #require(try store.claim(worker: "w", lease: .seconds(9))),
            try #require(try store.claim(worker: "w", lease: .seconds(9)))
        )
        #expect((first.id, second.id, second.attempts) == (waiting.id, interrupted.id, 2))
        #expect(try store.complete(second, result: "{}", maps: [], clip: nil, artefacts: []))
        #expect(try !store.complete(second, result: "{}", maps: [], clip: nil, artefacts: []))
        #expect(try store.explanation(id: interrupted.id)?.interruptions == 1)
    }

    @Test func interruptedJobsKeepTheirOrder() throws {
        let fixture = try StoreFixture()
        let ids = try (0..<3).map { _ in try fixture.enqueue().id }
        for _ in ids { _ = try fixture.claim() }
        #expect(try fixture.store.recover().requeued == 3)
        #expect(try ids.map { _ in try fixture.claim().id } == ids)
    }

    @Test func aJobThatIsInterruptedTooOftenFails() throws {
        let fixture = try StoreFixture()
        let id = try fixture.enqueue().id
        for interruption in 1...16 {
            _ = try fixture.claim()
            let report = try fixture.store.recover()
            #expect(
                report
                    == RecoveryReport(
                        requeued: interruption < 16 ? 1 : 0, poisoned: interruption < 16 ? 0 : 1, cancelled: 0))
        }
        let record = try #require(try fixture.store.explanation(id: id))
        #expect((record.state, record.errorCode, record.interruptions) == (.failed, "job.poisoned", 16))
        #expect(record.errorMessage?.contains("16 times") == true)
        #expect(try fixture.store.claim(worker: "w", lease: .seconds(9)) == nil)
    }

    @Test func aCancellationSurvivesACrash() throws {
        let fixture = try StoreFixture()
        let id = try fixture.enqueue().id
        _ = try fixture.claim()
        _ = try fixture.store.requestCancel(id: id)
        #expect(try fixture.store.recover() == RecoveryReport(requeued: 0, poisoned: 0, cancelled: 1))
        #expect(try fixture.store.explanation(id: id)?.state == .cancelled)
    }
}

@Suite struct ChangeTests {
    @Test func watchersSeeTheNewestStateAndTheEnd() async throws {
        let fixture = try StoreFixture()
        let id = try fixture.enqueue().id
        var changes = fixture.store.changes(explanation: id).makeAsyncIterator()
        #expect(await changes.next()?.state == .queued)
        let job = try fixture.claim()
        for step in 1...3 {
            _ = try fixture.store.heartbeat(
                job, completed: step, total: 3, stage: "s", partial: nil, lease: .seconds(9))
        }
        // What came in between is skipped.
        #expect(await changes.next()?.completed == 3)
        #expect(try fixture.store.complete(job, result: "{}", maps: [], clip: nil, artefacts: []))
        #expect(await changes.next()?.state == .succeeded)
        #expect(await changes.next() == nil)
        var late = fixture.store.changes(explanation: id).makeAsyncIterator()
        #expect(await late.next()?.state == .succeeded)
        #expect(await late.next() == nil)
    }

    @Test func theStreamOfWhatIsNotThereEnds() async throws {
        let fixture = try StoreFixture()
        var unknown = fixture.store.changes(explanation: "exp_none").makeAsyncIterator()
        #expect(await unknown.next() == nil)
        let id = try fixture.enqueue().id
        var changes = fixture.store.changes(explanation: id).makeAsyncIterator()
        _ = await changes.next()
        #expect(try fixture.store.deleteExplanation(id: id))
        #expect(await changes.next() == nil)
    }
}
