import Foundation
import Store
import TestSupport
import Testing

@Suite struct QueueTests {
    @Test func jobsAreTakenInTheirOrder() throws {
        let fixture = try StoreFixture()
        let ids = try (0..<3).map { _ in try fixture.enqueue().id }
        #expect(try ids.map { try fixture.store.queuePosition(explanation: $0) } == [0, 1, 2])
        #expect(try ids.map { _ in try fixture.claim().id } == ids)
        #expect(try fixture.store.claim(worker: "test", lease: .seconds(60)) == nil)
        #expect(try fixture.store.explanationCounts()[.running] == 3)
        #expect(try fixture.store.queuePosition(explanation: ids[0]) == nil)
    }

    @Test func aJobReportsAndEnds() throws {
        let fixture = try StoreFixture()
        let id = try fixture.enqueue().id
        let job = try fixture.claim()
        #expect(
            (job.request, job.videoID, job.modelID, job.attempts) == (
                #"{"samples":3}"#, "sample", "moving-shapes-sides", 1
            ))
        let first = try fixture.store.heartbeat(
            job, completed: 1, total: 3, stage: "gradient", partial: #"{"p":1}"#, lease: .seconds(60))
        let second = try fixture.store.heartbeat(
            job, completed: 2, total: 3, stage: "gradient", partial: nil, lease: .seconds(60))
        #expect(first == .held && second == .held)
        let running = try #require(try fixture.store.explanation(id: id))
        #expect((running.state, running.completed, running.total) == (.running, 2, 3))
        #expect(running.stage == "gradient" && running.partial == #"{"p":1}"# && running.startedAt != nil)
        #expect(try fixture.store.complete(job, result: #"{"r":1}"#, maps: [], clip: nil, artefacts: []))
        let done = try #require(try fixture.store.explanation(id: id))
        #expect((done.state, done.completed, done.result, done.partial) == (.succeeded, 3, #"{"r":1}"#, nil))
        #expect(done.finishedAt != nil)
    }

    @Test func aFailureKeepsItsCode() throws {
        let fixture = try StoreFixture()
        let id = try fixture.enqueue().id
        #expect(try fixture.store.fail(try fixture.claim(), code: "video.truncated", message: "It ends early."))
        let failed = try #require(try fixture.store.explanation(id: id))
        #expect((failed.state, failed.errorCode, failed.errorMessage) == (.failed, "video.truncated", "It ends early."))
    }

    @Test func aLeaseThatRanOutIsTakenAgainAndTheFirstHolderCanDoNothing() throws {
        let fixture = try StoreFixture()
        let (id, other) = (try fixture.enqueue().id, try fixture.enqueue().id)
        let stale = try #require(try fixture.store.claim(worker: "slow", lease: .zero))
        let fresh = try fixture.claim()
        #expect(fresh.id == id && fresh.attempts == 2)
        #expect(try fixture.store.explanation(id: id)?.interruptions == 1)
        #expect(
            try fixture.store.heartbeat(stale, completed: 1, total: 1, stage: nil, partial: nil, lease: .seconds(9))
                == .lost)
        #expect(try fixture.store.extend(stale, lease: .seconds(9)) == .lost)
        #expect(try fixture.store.leaseState(stale) == .lost)
        #expect(try fixture.store.leaseState(fresh) == .held)
        let map = try countingMap(kind: "pixels", components: 1, frames: 1, height: 2, width: 2)
        #expect(try !fixture.store.complete(stale, result: "{}", maps: [map], clip: nil, artefacts: []))
        #expect(try !fixture.store.fail(stale, code: "c", message: "m"))
        #expect(try !fixture.store.release(stale))
        #expect(try !fixture.store.finishCancelled(stale))
        #expect(try fixture.store.mapInfos(explanation: id).isEmpty)
        #expect(try fixture.store.complete(fresh, result: "{}", maps: [map], clip: nil, artefacts: []))
        #expect(try !fixture.store.complete(fresh, result: "{}", maps: [map], clip: nil, artefacts: []))
        #expect(try fixture.claim().id == other)
    }

    @Test func aHeartbeatExtendsTheLease() throws {
        let fixture = try StoreFixture()
        _ = try fixture.enqueue()
        let job = try #require(try fixture.store.claim(worker: "w", lease: .zero))
        #expect(try fixture.store.extend(job, lease: .seconds(60)) == .held)
        #expect(try fixture.store.claim(worker: "other", lease: .seconds(60)) == nil)
    }

    @Test func aReleasedJobIsNextAgain() throws {
        let fixture = try StoreFixture()
        let ids = try (0..<2).map { _ in try fixture.enqueue().id }
        #expect(try fixture.store.release(try fixture.claim()))
        let again = try fixture.claim()
        #expect(again.id == ids[0] && again.attempts == 2)
        #expect(try fixture.store.explanation(id: ids[0])?.interruptions == 0)
    }

    @Test func cancellation() throws {
        let fixture = try StoreFixture()
        let (queued, running, released) = (try fixture.enqueue().id, try fixture.enqueue().id, try fixture.enqueue().id)
        #expect(try fixture.store.requestCancel(id: queued) == .cancelled)
        #expect(try fixture.store.explanation(id: queued)?.state == .cancelled)
        #expect(try fixture.store.requestCancel(id: queued) == .finished(.cancelled))
        #expect(try fixture.store.requestCancel(id: "exp_none") == .unknown)

        let job = try fixture.claim()
        #expect(job.id == running)
        #expect(throws: StoreError.running(id: running)) { try fixture.store.deleteExplanation(id: running) }
        #expect(try fixture.store.requestCancel(id: running) == .requested)
        #expect(try fixture.store.extend(job, lease: .seconds(60)) == .cancelRequested)
        #expect(try fixture.store.finishCancelled(job))
        #expect(try fixture.store.explanation(id: running)?.state == .cancelled)

        let last = try fixture.claim()
        #expect(try fixture.store.requestCancel(id: released) == .requested)
        #expect(try fixture.store.release(last))
        #expect(try fixture.store.explanation(id: released)?.state == .cancelled)
        #expect(try fixture.store.claim(worker: "w", lease: .seconds(60)) == nil)
    }

    @Test func aKeyIsOneExplanation() throws {
        let fixture = try StoreFixture()
        func enqueue(_ key: String, _ fingerprint: String) throws -> EnqueueOutcome {
            try fixture.store.enqueue(
                request: "{}", videoID: "v", modelID: "m", artefacts: [],
                idempotency: (key: key, fingerprint: fingerprint))
        }
        guard case .created(let record) = try enqueue("k", "f") else { throw UnexpectedOutcome() }
        #expect(try enqueue("k", "f") == .existing(record))
        #expect(try enqueue("k", "g") == .conflict)
        guard case .created(let other) = try enqueue("l", "f") else { throw UnexpectedOutcome() }
        #expect(other.id != record.id)
        #expect(try fixture.store.deleteExplanation(id: record.id))
        guard case .created = try enqueue("k", "g") else { throw UnexpectedOutcome() }
    }

    @Test func aFullQueueRefusesButRemembersKeys() throws {
        let fixture = try StoreFixture(limits: StoreLimits(queued: 2, interruptions: 16))
        let key = (key: "k", fingerprint: "f")
        let first = try fixture.store.enqueue(
            request: "{}", videoID: "v", modelID: "m", artefacts: [], idempotency: key)
        guard case .created(let record) = first else { throw UnexpectedOutcome() }
        _ = try fixture.enqueue()
        #expect(throws: StoreError.queueFull(limit: 2, seconds: 10)) { try fixture.enqueue() }
        #expect(
            try fixture.store.enqueue(request: "{}", videoID: "v", modelID: "m", artefacts: [], idempotency: key)
                == .existing(record))
        _ = try fixture.claim()
        #expect(throws: Never.self) { try fixture.enqueue() }
    }

    @Test func listsAreFiltered() throws {
        let fixture = try StoreFixture()
        var ids: [String: String] = [:]
        for (video, model) in [("a", "x"), ("a", "y"), ("b", "x")] {
            let outcome = try fixture.store.enqueue(
                request: "{}", videoID: video, modelID: model, artefacts: [], idempotency: nil)
            guard case .created(let record) = outcome else { throw UnexpectedOutcome() }
            ids[video + model] = record.id
        }
        _ = try fixture.claim()
        func list(_ state: JobState?, _ video: String?, _ model: String?) throws -> [String?] {
            try fixture.store.explanations(
                seenBy: .all, state: state, video: video, model: model, source: .any, after: nil, limit: 10
            ).records.map(
                \.id)
        }
        #expect(try list(nil, nil, nil) == [ids["bx"], ids["ay"], ids["ax"]])
        #expect(try list(.running, nil, nil) == [ids["ax"]])
        #expect(try list(.queued, nil, "x") == [ids["bx"]])
        #expect(try list(nil, "a", nil) == [ids["ay"], ids["ax"]])
        #expect(try list(nil, "b", "y") == [])
        let first = try fixture.store.explanations(
            seenBy: .all, state: .queued, video: nil, model: nil, source: .any, after: nil, limit: 1)
        let second = try fixture.store.explanations(
            seenBy: .all, state: .queued, video: nil, model: nil, source: .any, after: first.next, limit: 1)
        #expect((first.records + second.records).map(\.id) == [ids["bx"], ids["ay"]])
        #expect(second.next == nil)
    }
}
