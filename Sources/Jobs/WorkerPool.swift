import Dispatch
package import Logging
package import Store
import Synchronization

/// Runs the jobs of a store, so many at a time.
package struct WorkerPool: Sendable {
    let store: Store
    let workers: Int
    let lease: Duration
    let limit: Duration?
    let drain: Duration
    let runner: any JobRunner
    let measures: JobMeasures
    let logger: Logger
    let entrance = Entrance()

    /// - Parameters:
    ///   - workers: jobs that run at the same time, each on a thread of its own.
    ///   - lease: how long a job is kept from other workers without a sign of life; 30 seconds suit.
    ///   - limit: the longest that a job may take; nil for no limit.
    ///   - drain: how long running jobs may take to notice that the pool stops; 10 seconds suit.
    ///   - measures: what becomes of the jobs is told to.
    /// - Precondition: at least one worker.
    package init(
        store: Store, workers: Int, lease: Duration, limit: Duration?, drain: Duration, runner: any JobRunner,
        measures: JobMeasures, logger: Logger
    ) {
        precondition(workers > 0, "a pool needs a worker")
        self.store = store
        self.workers = workers
        self.lease = lease
        self.limit = limit
        self.drain = drain
        self.runner = runner
        self.measures = measures
        self.logger = logger
    }

    /// Runs jobs until the task is cancelled. Running jobs are then asked to stop and go back to their place in the queue; what has not stopped
    /// within `drain` is put back too, and its result thrown away.
    /// - Throws: ``WorkerPoolError/alreadyRunning``
    package func run() async throws {
        try entrance.enter()
        defer { entrance.leave() }
        let shift = Shift(pool: self)
        await withTaskCancellationHandler {
            await withCheckedContinuation { shift.start($0) }
        } onCancel: {
            shift.stop()
        }
    }

    /// How its workers are.
    package var status: WorkerStatus { entrance.status.withLock { $0 } }

    /// To be called after a job was put into the queue: a worker that waits takes it at once.
    package func wake() {
        entrance.bell.signal()
    }
}

/// How the workers of a pool are.
package struct WorkerStatus: Hashable, Sendable {
    /// That look for jobs or have one.
    package fileprivate(set) var working = 0
    /// Whether the last look for a job failed.
    package fileprivate(set) var isFailing = false

    /// Of a pool that does not run.
    package init() {}
}

/// Where idle workers of a pool wait.
final class Entrance: Sendable {
    /// Signalled once for each job that was put into the queue. One signal too many costs a look into an empty queue.
    let bell = DispatchSemaphore(value: 0)
    let status = Mutex(WorkerStatus())
    private let isRunning = Mutex(false)

    func enter() throws {
        try isRunning.withLock { isRunning in
            if isRunning { throw WorkerPoolError.alreadyRunning }
            isRunning = true
        }
    }

    func begin() { status.withLock { $0.working += 1 } }

    func end() { status.withLock { $0.working -= 1 } }

    /// - Parameter succeeded: whether the queue could be looked into.
    func looked(succeeded: Bool) { status.withLock { $0.isFailing = !succeeded } }

    func leave() {
        isRunning.withLock { $0 = false }
    }
}
