import Dispatch
import Foundation
import Jobs
import Store
import Synchronization
import TestSupport
import Testing

@Suite struct WorkerPoolTests {
    @Test func jobsRunInTheirOrderOnOneThread() async throws {
        let fixture = try JobsFixture()
        let seen = JobLog()
        let ids = try (0..<4).map { _ in try fixture.enqueue() }
        let pool = fixture.pool(workers: 1, drain: .seconds(60)) { job, _ in
            seen.add(job.id, thread: UInt(pthread_self()))
            return .nothing
        }
        try await fixture.running(pool) {
            for id in ids {
                let record = try await fixture.awaitEnd(of: id)
                #expect(record.state == .succeeded)
            }
        }
        #expect(seen.ids == ids)
        #expect(seen.threads.count == 1)
    }

    @Test func asManyJobsRunAtOnceAsThereAreWorkers() async throws {
        let fixture = try JobsFixture()
        let ids = try (0..<2).map { _ in try fixture.enqueue() }
        let (arrived, go) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        // Each waits for the other: one after the other they would never end.
        let pool = fixture.pool(workers: 2, drain: .seconds(60)) { job, _ in
            if job.id == ids[0] {
                arrived.signal()
                go.wait()
            } else {
                arrived.wait()
                go.signal()
            }
            return .nothing
        }
        try await fixture.running(pool) {
            for id in ids {
                let record = try await fixture.awaitEnd(of: id)
                #expect(record.state == .succeeded)
            }
        }
    }

    @Test func whatIsCancelledTakesNoFurtherStep() async throws {
        let fixture = try JobsFixture()
        let id = try fixture.enqueue()
        let steps = Mutex(0)
        // A lease of hours: nothing but the wish itself can end it.
        let pool = fixture.pool(workers: 1, drain: .seconds(60)) { _, control in
            for step in 1...1000 {
                steps.withLock { $0 = step }
                if step == 10 { _ = try fixture.store.requestCancel(id: id) }
                try control.report(completed: step, total: 1000, stage: "attribution", partial: nil)
            }
            return .nothing
        }
        try await fixture.running(pool) {
            let record = try await fixture.awaitEnd(of: id)
            #expect(record.state == .cancelled)
        }
        #expect(steps.withLock { $0 } == 10)
    }

    @Test func whatIsKeptOfAJobStaysWhenItFailsAndGoesWhenItSucceeds() async throws {
        struct Broken: JobFailure {
            let code = "video.broken"
            let message = "it is"
        }
        let fixture = try JobsFixture()
        let ids = try (0..<2).map { _ in try fixture.enqueue() }
        @Sendable func map(_ values: [Float]) throws -> MapRecord {
            try MapRecord(
                info: MapInfo(
                    kind: "pixels", components: 1, frames: 1, height: 1, width: 2, firstClipFrame: 0, scale: 1,
                    statistics: "{}"), values: values)
        }
        let pool = fixture.pool(workers: 1, drain: .seconds(60)) { job, control in
            try control.report(completed: 1, total: 3, stage: "attribution", partial: #"{"value":1}"#)
            for value in [Float(1), 2] {
                let isKept = control.keep(
                    maps: [try map([value, 5])], clip: try ClipFrames(width: 1, height: 1, frames: [[1, 2, 3]]),
                    report: try Artefact(.partial, Data("\(value)".utf8)), summary: #"{"value":\#(value),"kept":{}}"#)
                #expect(isKept)
            }
            if job.id == ids[0] { throw Broken() }
            return .succeeded(
                result: "{}", maps: [try map([7, 8])], clip: try ClipFrames(width: 1, height: 1, frames: [[4, 5, 6]]),
                artefacts: [])
        }
        try await fixture.running(pool) {
            let failed = try await fixture.awaitEnd(of: ids[0])
            #expect(failed.state == .failed && failed.stage == "attribution")
            #expect(failed.partial == #"{"value":2.0,"kept":{}}"#)
            #expect(try fixture.store.mapValues(explanation: ids[0], kind: "pixels") == [2, 5])
            #expect(try fixture.store.artefact(explanation: ids[0], name: .partial) == Data("2.0".utf8))
            let succeeded = try await fixture.awaitEnd(of: ids[1])
            #expect(succeeded.state == .succeeded && succeeded.partial == nil)
            #expect(try fixture.store.mapValues(explanation: ids[1], kind: "pixels") == [7, 8])
            #expect(try fixture.store.clipFrame(explanation: ids[1], frame: 0)?.pixels == [4, 5, 6])
            #expect(try fixture.store.artefact(explanation: ids[1], name: .partial) == nil)
        }
        #expect(try fixture.store.deleteExplanation(id: ids[0]))
        #expect(try fixture.store.mapInfo(explanation: ids[0], kind: "pixels") == nil)
    }

    @Test func anIdleWorkerWakesForANewJob() async throws {
        let fixture = try JobsFixture()
        let pool = fixture.pool(workers: 2, drain: .seconds(60)) { _, _ in .nothing }
        try await fixture.running(pool) {
            for _ in 0..<3 {
                let id = try fixture.enqueue()
                pool.wake()
                #expect(try await fixture.awaitEnd(of: id).state == .succeeded)
            }
        }
    }

    @Test func whatAJobReportsIsSeenWhileItRuns() async throws {
        let fixture = try JobsFixture()
        let id = try fixture.enqueue()
        let (seen, map) = (
            DispatchSemaphore(value: 0),
            try MapRecord(
                info: MapInfo(
                    kind: "pixels", components: 1, frames: 1, height: 1, width: 2, firstClipFrame: 0, scale: 1,
                    statistics: "{}"), values: [1, 2])
        )
        let pool = fixture.pool(workers: 1, drain: .seconds(60)) { _, control in
            try control.report(completed: 1, total: 3, stage: "decode", partial: #"{"a":1}"#)
            try control.report(completed: 2, total: 3, stage: "gradient", partial: nil)
            seen.wait()
            return .succeeded(
                result: #"{"r":1}"#, maps: [map], clip: try ClipFrames(width: 1, height: 1, frames: [[1, 2, 3]]),
                artefacts: [])
        }
        try await fixture.running(pool) {
            let running = try await fixture.awaitState(of: id) { $0.completed == 2 }
            #expect((running.state, running.total, running.stage) == (.running, 3, "gradient"))
            #expect(running.partial == #"{"a":1}"#)
            seen.signal()
            let done = try await fixture.awaitEnd(of: id)
            #expect((done.state, done.completed, done.result) == (.succeeded, 3, #"{"r":1}"#))
        }
        #expect(try fixture.store.mapValues(explanation: id, kind: "pixels") == [1, 2])
        #expect(try fixture.store.clipFrame(explanation: id, frame: 0)?.pixels == [1, 2, 3])
    }

    @Test func aRunningJobIsCancelled() async throws {
        let fixture = try JobsFixture()
        let (id, next) = (try fixture.enqueue(), try fixture.enqueue())
        let pool = fixture.pool(workers: 1, drain: .seconds(60)) { job, control in
            while job.id == id {
                try control.report(completed: 0, total: 1, stage: nil, partial: nil)
                sched_yield()
            }
            return .nothing
        }
        try await fixture.running(pool) {
            _ = try await fixture.awaitState(of: id) { $0.state == .running }
            #expect(try fixture.store.requestCancel(id: id) == .requested)
            #expect(try await fixture.awaitEnd(of: id).state == .cancelled)
            #expect(try await fixture.awaitEnd(of: next).state == .succeeded)
        }
    }

    @Test func aJobThatTakesTooLongFailsAtItsNextStep() async throws {
        let fixture = try JobsFixture()
        let (id, next) = (try fixture.enqueue(), try fixture.enqueue())
        let steps = Mutex(0)
        let pool = fixture.pool(workers: 1, drain: .seconds(60), limit: .zero) { job, control in
            guard job.id == id else { return .nothing }
            while true {
                steps.withLock { $0 += 1 }
                try control.report(completed: 0, total: 1, stage: nil, partial: nil)
            }
        }
        try await fixture.running(pool) {
            let ended = try await fixture.awaitEnd(of: id)
            #expect(ended.state == .failed && ended.errorCode == "job.too-long")
            #expect(ended.errorMessage?.contains("0 seconds") == true)
            #expect(steps.withLock { $0 } == 1)
            // One that has nothing to report is over before it is asked.
            #expect(try await fixture.awaitEnd(of: next).state == .succeeded)
        }
    }

    @Test func errorsFailTheJobAndNotThePool() async throws {
        let fixture = try JobsFixture()
        let ids = try (0..<4).map { _ in try fixture.enqueue() }
        let pool = fixture.pool(workers: 1, drain: .seconds(60)) { job, _ in
            switch job.id {
            case ids[0]: throw Told()
            case ids[1]: throw Untold.cannotRead(file: "Doe^Jane.mp4")
            case ids[2]: throw CancellationError()
            default: return .nothing
            }
        }
        try await fixture.running(pool) {
            let told = try await fixture.awaitEnd(of: ids[0])
            #expect((told.state, told.errorCode, told.errorMessage) == (.failed, "video.truncated", "It ends early."))
            let untold = try await fixture.awaitEnd(of: ids[1])
            #expect((untold.state, untold.errorCode) == (.failed, "job.internal"))
            let message = try #require(untold.errorMessage)
            #expect(!message.contains("Doe"))
            let errorID = try #require(message.firstMatch(of: /error id ([0-9A-F]{8})/)).1
            #expect(fixture.log.all.contains { $0.contains(errorID) && $0.contains("cannotRead") })
            #expect(try await fixture.awaitEnd(of: ids[2]).errorCode == "job.internal")
            #expect(try await fixture.awaitEnd(of: ids[3]).state == .succeeded)
        }
        #expect(!fixture.log.all.contains { $0.contains("Doe") })
    }

    @Test func aResultThatCannotBeStoredFailsTheJob() async throws {
        let fixture = try JobsFixture()
        let id = try fixture.enqueue()
        let pool = fixture.pool(workers: 1, drain: .seconds(60)) { _, _ in
            .succeeded(result: "no JSON", maps: [], clip: nil, artefacts: [])
        }
        try await fixture.running(pool) {
            let record = try await fixture.awaitEnd(of: id)
            #expect(record.errorCode == "job.internal")
        }
    }
}

@Suite struct ShutdownTests {
    @Test func aRunningJobGoesBackToTheQueue() async throws {
        let fixture = try JobsFixture()
        let (id, next) = (try fixture.enqueue(), try fixture.enqueue())
        let pool = fixture.pool(workers: 1, drain: .seconds(60)) { _, control in
            while true {
                try control.check()
                sched_yield()
            }
        }
        try await fixture.running(pool) {
            _ = try await fixture.awaitState(of: id) { $0.state == .running }
        }
        let record = try #require(try fixture.store.explanation(id: id))
        #expect((record.state, record.attempts, record.interruptions) == (.queued, 1, 0))
        #expect(try fixture.store.claim(worker: "w", lease: .seconds(9))?.id == id)
        #expect(try fixture.store.explanation(id: next)?.state == .queued)
    }

    @Test func aJobThatDoesNotStopIsPutBackAndItsResultThrownAway() async throws {
        let fixture = try JobsFixture()
        let id = try fixture.enqueue()
        let go = DispatchSemaphore(value: 0)
        let pool = fixture.pool(workers: 1, drain: .milliseconds(20)) { _, _ in
            go.wait()
            return .nothing
        }
        try await fixture.running(pool) {
            _ = try await fixture.awaitState(of: id) { $0.state == .running }
        }
        #expect(try fixture.store.explanation(id: id)?.state == .queued)
        go.signal()
        #expect(await fixture.log.line(containing: "lease was lost")?.contains(id) == true)
        #expect(try fixture.store.explanation(id: id)?.state == .queued)
    }

    @Test func aPoolRunsOnceAtATime() async throws {
        let fixture = try JobsFixture()
        let id = try fixture.enqueue()
        let pool = fixture.pool(workers: 1, drain: .seconds(60)) { _, _ in .nothing }
        try await fixture.running(pool) {
            _ = try await fixture.awaitEnd(of: id)
            await #expect(throws: WorkerPoolError.alreadyRunning) { try await pool.run() }
        }
        // And again after it stopped.
        let later = try fixture.enqueue()
        try await fixture.running(pool) {
            let record = try await fixture.awaitEnd(of: later)
            #expect(record.state == .succeeded)
        }
    }

    @Test func aPoolThatIsCancelledFirstRunsNothing() async throws {
        let fixture = try JobsFixture()
        let id = try fixture.enqueue()
        let pool = fixture.pool(workers: 2, drain: .seconds(60)) { _, _ in .nothing }
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await pool.run()
        }
        try await task.value
        #expect(try fixture.store.explanation(id: id)?.state == .queued)
    }
}

@Suite struct JobControlTests {
    @Test func theLeaseIsExtendedWithoutReports() throws {
        let fixture = try JobsFixture()
        _ = try fixture.enqueue()
        let job = try #require(try fixture.store.claim(worker: "w", lease: .zero))
        let control = JobControl(
            store: fixture.store, job: job, lease: .seconds(60), limit: nil, logger: fixture.log.logger)
        control.keepAlive()
        #expect(try fixture.store.claim(worker: "other", lease: .seconds(60)) == nil)
        #expect(throws: Never.self) { try control.check() }
    }

    @Test func aLostLeaseStopsTheJob() throws {
        let fixture = try JobsFixture()
        _ = try fixture.enqueue()
        let job = try #require(try fixture.store.claim(worker: "w", lease: .zero))
        _ = try fixture.store.claim(worker: "other", lease: .seconds(60))
        let control = JobControl(
            store: fixture.store, job: job, lease: .seconds(60), limit: nil, logger: fixture.log.logger)
        try control.report(completed: 1, total: 2, stage: nil, partial: nil)
        control.keepAlive()
        #expect(throws: JobInterruption.lost) {
            try control.report(completed: 1, total: 2, stage: nil, partial: nil)
        }
        #expect(throws: JobInterruption.lost) { try control.check() }
    }

    @Test func onlyTheNewestReportIsWrittenWithEarlierPartialResults() throws {
        let fixture = try JobsFixture()
        let id = try fixture.enqueue()
        let job = try #require(try fixture.store.claim(worker: "w", lease: .seconds(60)))
        let control = JobControl(
            store: fixture.store, job: job, lease: .seconds(60), limit: nil, logger: fixture.log.logger)
        try control.report(completed: 1, total: 4, stage: "a", partial: #"{"p":1}"#)
        try control.report(completed: 2, total: 4, stage: "b", partial: nil)
        #expect(try fixture.store.explanation(id: id)?.completed == 0)
        control.keepAlive()
        let record = try #require(try fixture.store.explanation(id: id))
        #expect((record.completed, record.stage, record.partial) == (2, "b", #"{"p":1}"#))
    }
}

private struct Told: JobFailure {
    let code = "video.truncated"
    let message = "It ends early."
}

private enum Untold: Error { case cannotRead(file: String) }

/// Which jobs ran, and where.
private final class JobLog: Sendable {
    private let entries = Mutex<[(id: String, thread: UInt)]>([])

    func add(_ id: String, thread: UInt) { entries.withLock { $0.append((id, thread)) } }

    var ids: [String] { entries.withLock { $0.map(\.id) } }
    var threads: Set<UInt> { entries.withLock { Set($0.map(\.thread)) } }
}
