package import Logging
package import Store
import Synchronization
import Telemetry

/// What a running job tells about itself, and is told.
///
/// Reporting costs a job no time: the newest report goes to the store from another thread, at most once in ``interval``, with which the lease is
/// extended. A cancellation that this process was asked for is noticed at the next report, another's within the interval.
package final class JobControl: Sendable {
    private struct Progress {
        var completed: Int
        var total: Int
        var stage: String?
        var partial: String?
    }
    private struct State {
        var pending: Progress?
        var interruption: JobInterruption?
        /// Nil until the first extension.
        var extended: ContinuousClock.Instant?
        /// What the job does, since when.
        var stage: (name: String, since: ContinuousClock.Instant)?
        /// Whether the last access to the store failed, so that a lasting failure is logged once.
        var isFailing = false
    }
    private let store: Store
    private let job: ClaimedJob
    private let lease: Duration
    /// When the job is to stop; nil when it may take as long as it will.
    private let deadline: ContinuousClock.Instant?
    private let measures: JobMeasures
    private let logger: Logger
    private let state = Mutex(State())
    /// Held while a report is written, so that an older one never follows a newer one.
    private let writing = Mutex(())

    /// Time between two accesses to the store.
    static let interval = Duration.milliseconds(250)

    /// One whose stages nobody watches.
    package convenience init(
        store: Store, job: ClaimedJob, lease: Duration, limit: Duration? = nil, logger: Logger
    ) {
        self.init(
            store: store, job: job, lease: lease, limit: limit, measures: JobMeasures(in: MetricsRegistry()),
            logger: logger)
    }

    /// - Parameter limit: how long the job may take from now on.
    init(
        store: Store, job: ClaimedJob, lease: Duration, limit: Duration?, measures: JobMeasures, logger: Logger
    ) {
        self.store = store
        self.job = job
        self.lease = lease
        deadline = limit.map { .now + $0 }
        self.measures = measures
        self.logger = logger
    }

    /// Tells how far the job is. To be called often, at least after each step.
    /// - Parameters:
    ///   - completed: steps of `total`.
    ///   - partial: what is known so far, JSON text; nil keeps what was reported before.
    /// - Throws: ``JobInterruption`` when the job is to stop.
    package func report(completed: Int, total: Int, stage: String?, partial: String?) throws {
        if store.isCancelAsked(job) { interrupt(.cancelled) }
        checkDeadline()
        enter(stage)
        try state.withLock { state in
            if let interruption = state.interruption { throw interruption }
            state.pending = Progress(
                completed: completed, total: total, stage: stage, partial: partial ?? state.pending?.partial)
        }
    }

    /// To be called when the job is over.
    func endStage() { enter(nil) }

    /// Tells apart how long each stage takes.
    private func enter(_ stage: String?) {
        let now = ContinuousClock.now
        let left = state.withLock { state -> (name: String, since: ContinuousClock.Instant)? in
            guard state.stage?.name != stage else { return nil }
            defer { state.stage = stage.map { ($0, now) } }
            return state.stage
        }
        if let left { measures.stage.observe(now - left.since, [left.name]) }
    }

    /// Keeps what is finished of the job, whatever becomes of it. That it cannot be kept is logged and no reason for the job to fail.
    /// - Parameters: as of `Store.keepPartial`.
    /// - Returns: whether it was kept.
    package func keep(maps: [MapRecord], clip: ClipFrames?, report: Artefact, summary: String) -> Bool {
        writing.withLock { _ in
            // What was reported before this says less than it.
            state.withLock { $0.pending?.partial = nil }
            do {
                let isHeld = try store.keepPartial(job, maps: maps, clip: clip, report: report, summary: summary)
                if !isHeld { interrupt(.lost) }
                return isHeld
            } catch {
                logger.warning(
                    "a partial result could not be kept",
                    metadata: ["job.id": .string(job.id), "error": .string(InternalFailure.loggable(error))])
                return false
            }
        }
    }

    /// - Throws: ``JobInterruption`` when the job is to stop.
    package func check() throws {
        if let interruption { throw interruption }
    }

    /// Why the job is to stop; nil while it may go on.
    package var interruption: JobInterruption? { state.withLock { $0.interruption } }

    /// Asks the job to stop. The first reason stays, except that a lost lease outweighs every other.
    func interrupt(_ reason: JobInterruption) {
        state.withLock { state in
            if state.interruption == nil || reason == .lost { state.interruption = reason }
        }
    }

    /// Writes what was reported, or extends the lease when it is due, and learns whether the job is to stop.
    package func keepAlive() {
        checkDeadline()
        writing.withLock { _ in writeOrExtend() }
    }

    private func checkDeadline() {
        if let deadline, .now >= deadline { interrupt(.outOfTime) }
    }

    /// Writes the last report.
    func flush() {
        writing.withLock { _ in
            if state.withLock({ $0.pending != nil }) { writeOrExtend() }
        }
    }

    private func writeOrExtend() {
        let (pending, extended) = state.withLock { state in
            defer { state.pending = nil }
            return (state.pending, state.extended)
        }
        do {
            let now = ContinuousClock.now
            let isDue = extended.map { now - $0 >= lease / 3 } ?? true
            let outcome: HeartbeatOutcome
            if let pending {
                outcome = try store.heartbeat(
                    job, completed: pending.completed, total: pending.total, stage: pending.stage,
                    partial: pending.partial, lease: lease)
            } else if isDue {
                outcome = try store.extend(job, lease: lease)
            } else {
                outcome = try store.leaseState(job)
            }
            state.withLock { state in
                state.isFailing = false
                if pending != nil || isDue { state.extended = now }
            }
            switch outcome {
            case .held: break
            case .cancelRequested: interrupt(.cancelled)
            case .lost: interrupt(.lost)
            }
        } catch {
            let isNew = state.withLock { state in
                defer { state.isFailing = true }
                // A newer report holds all that this one did, except for a partial result.
                let partial = state.pending?.partial ?? pending?.partial
                state.pending = state.pending ?? pending
                state.pending?.partial = partial
                return !state.isFailing
            }
            if isNew {
                logger.warning("a heartbeat failed", metadata: ["error": .string(InternalFailure.loggable(error))])
            }
        }
    }
}
