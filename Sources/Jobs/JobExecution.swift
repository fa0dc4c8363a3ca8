import Dispatch
import Logging
import Store
import Telemetry

/// One job from its claim to its end, on the thread of a worker.
struct JobExecution {
    let pool: WorkerPool
    let job: ClaimedJob
    let control: JobControl

    /// Runs the job and stores what came of it.
    func run() {
        pool.logger.info("a job starts", metadata: metadata.merging(["job.attempts": "\(job.attempts)"]) { $1 })
        let keeper = keepAlive()
        let start = ContinuousClock.now
        let result = Result { try pool.runner.run(job, control: control) }
        keeper.cancel()
        control.endStage()
        control.flush()
        do {
            try settle(result, start)
        } catch {
            // Not even its result could be stored: it fails, rather than to be computed again and again.
            JobExecution.attempt("ending a job", job, pool.logger) { try failInternally(error, start) }
        }
    }

    /// Writes reports and extends the lease while the job computes.
    private func keepAlive() -> any DispatchSourceTimer {
        // A queue of its own: the shared one's threads may all be computing.
        let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "cinegrad.jobs.keep-alive"))
        let milliseconds = min(JobControl.interval, pool.lease / 3) / .milliseconds(1)
        let interval = DispatchTimeInterval.milliseconds(max(1, Int(milliseconds)))
        timer.schedule(deadline: .now() + interval, repeating: interval)
        timer.setEventHandler { [control] in control.keepAlive() }
        timer.resume()
        return timer
    }

    private func settle(_ result: Result<JobOutcome, any Error>, _ start: ContinuousClock.Instant) throws {
        do {
            switch try result.get() {
            case .succeeded(let result, let maps, let clip, let artefacts):
                let isHeld = try pool.store.complete(
                    job, result: result, maps: maps, clip: clip, artefacts: artefacts)
                ended("succeeded", .succeeded, start, ifHeld: isHeld)
            }
        } catch let interruption as JobInterruption {
            try leave(interruption, start)
        } catch let error as CancellationError {
            // Code below the runner may know no other way to say that it was asked to stop.
            guard let interruption = control.interruption else { return try failInternally(error, start) }
            try leave(interruption, start)
        } catch let failure as any JobFailure {
            let isHeld = try pool.store.fail(job, code: failure.code, message: failure.message)
            ended("failed: \(failure.code)", .failed, start, ifHeld: isHeld)
        } catch {
            try failInternally(error, start)
        }
    }

    private func leave(_ interruption: JobInterruption, _ start: ContinuousClock.Instant) throws {
        switch interruption {
        case .cancelled: ended("cancelled", .cancelled, start, ifHeld: try pool.store.finishCancelled(job))
        case .shuttingDown: ended("put back", .putBack, start, ifHeld: try pool.store.release(job))
        case .lost: ended("lost", .lost, start, ifHeld: false)
        case .outOfTime:
            let seconds = pool.limit.map { Int($0.components.seconds) } ?? 0
            let isHeld = try pool.store.fail(
                job, code: "job.too-long",
                message:
                    "It ran longer than \(seconds) seconds, which is the most that a job may take (limits.job-seconds)."
            )
            ended("failed: job.too-long", .failed, start, ifHeld: isHeld)
        }
    }

    private func failInternally(_ error: any Error, _ start: ContinuousClock.Instant) throws {
        let failure = InternalFailure()
        pool.logger.error(
            "a job failed inside",
            metadata: metadata.merging([
                "error.id": .string(failure.id), "error": .string(InternalFailure.loggable(error)),
            ]) { $1 })
        let isHeld = try pool.store.fail(job, code: InternalFailure.code, message: failure.message)
        ended("failed: \(InternalFailure.code)", .failed, start, ifHeld: isHeld)
    }

    /// How a run can end, as the label `outcome` has it.
    private enum Outcome: String {
        case succeeded, failed, cancelled, lost
        case putBack = "put_back"
    }

    /// Writes down how a run ended, in the log and among the measures.
    private func ended(
        _ text: String, _ outcome: Outcome, _ start: ContinuousClock.Instant, ifHeld isHeld: Bool
    ) {
        pool.measures.duration.observe(
            ContinuousClock.now - start, [isHeld ? outcome.rawValue : Outcome.lost.rawValue])
        if isHeld {
            pool.logger.info("a job ended", metadata: metadata.merging(["job.outcome": .string(text)]) { $1 })
        } else {
            pool.logger.notice("a job's lease was lost and nothing was stored", metadata: metadata)
        }
    }

    private var metadata: Logger.Metadata { ["job.id": .string(job.id)] }

    /// Does what must not stop a worker when it fails: the lease runs out then, and the job is taken again.
    static func attempt(_ what: String, _ job: ClaimedJob, _ logger: Logger, _ body: () throws -> Void) {
        do {
            try body()
        } catch {
            logger.critical(
                "the store failed",
                metadata: [
                    "job.id": .string(job.id), "operation": .string(what),
                    "error": .string(InternalFailure.loggable(error)),
                ])
        }
    }
}
