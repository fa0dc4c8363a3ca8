import Dispatch
import Foundation
import Logging
import Store
import Synchronization
import Telemetry

/// One run of a pool: its threads from start to stop.
final class Shift: Sendable {
    private struct State {
        var isStopping = false
        var working = 0
        var active: [ClaimedJob: JobControl] = [:]
        /// Resumed once, when the last worker has gone or the drain is over.
        var ended: CheckedContinuation<Void, Never>?
    }
    private let pool: WorkerPool
    private let state = Mutex(State())

    init(pool: WorkerPool) { self.pool = pool }

    /// Starts the workers.
    func start(_ ended: CheckedContinuation<Void, Never>) {
        let isStopping = state.withLock { state in
            // Cancelled before it began.
            guard !state.isStopping else { return true }
            state.working = pool.workers
            state.ended = ended
            return false
        }
        guard !isStopping else { return ended.resume() }
        for index in 1...pool.workers {
            Thread.detachNewThread { self.work("worker-\(index)") }
        }
    }

    /// Asks workers and jobs to stop.
    func stop() {
        let active = state.withLock { state in
            state.isStopping = true
            return state.active
        }
        for control in active.values { control.interrupt(.shuttingDown) }
        for _ in 0..<pool.workers { pool.wake() }
        // A queue of its own: the shared one's threads may all be computing.
        DispatchQueue(label: "cinegrad.jobs.drain").asyncAfter(deadline: .now() + pool.drain.timeInterval) {
            self.abandon()
        }
    }

    private var isStopping: Bool { state.withLock { $0.isStopping } }

    private func work(_ name: String) {
        pool.entrance.begin()
        while !isStopping {
            do {
                let job = try pool.store.claim(worker: name, lease: pool.lease)
                pool.entrance.looked(succeeded: true)
                if let job {
                    run(job)
                    continue
                }
            } catch {
                pool.entrance.looked(succeeded: false)
                pool.logger.error(
                    "no job could be taken", metadata: ["error": .string(InternalFailure.loggable(error))])
            }
            // What nobody rings for are leases that ran out.
            _ = pool.entrance.bell.wait(timeout: .now() + pool.lease.timeInterval / 2)
        }
        pool.entrance.end()
        let ended = state.withLock { state in
            state.working -= 1
            return state.working == 0 ? Self.takeEnd(&state) : nil
        }
        ended?.resume()
    }

    /// Gives back jobs that do not stop. Their threads cannot be ended; what they still do is not stored.
    private func abandon() {
        let (active, ended) = state.withLock { ($0.active, Self.takeEnd(&$0)) }
        for job in active.keys {
            JobExecution.attempt("putting a job back", job, pool.logger) { _ = try pool.store.release(job) }
        }
        ended?.resume()
    }

    private static func takeEnd(_ state: inout State) -> CheckedContinuation<Void, Never>? {
        defer { state.ended = nil }
        return state.ended
    }

    private func run(_ job: ClaimedJob) {
        if job.attempts == 1 { pool.measures.wait.observe(job.waited, []) }
        let control = JobControl(
            store: pool.store, job: job, lease: pool.lease, limit: pool.limit, measures: pool.measures,
            logger: pool.logger)
        let isStopping = state.withLock { state in
            state.active[job] = control
            return state.isStopping
        }
        if isStopping { control.interrupt(.shuttingDown) }
        JobExecution(pool: pool, job: job, control: control).run()
        state.withLock { $0.active[job] = nil }
    }
}

extension Duration {
    fileprivate var timeInterval: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
