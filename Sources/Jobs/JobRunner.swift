package import Store

/// The work itself. A worker calls it on a thread of its own, where it may compute for minutes.
package protocol JobRunner: Sendable {
    /// - Throws: a ``JobFailure`` to fail the job with a code; the ``JobInterruption`` that `control` threw, to leave it; anything else fails it as
    ///   `job.internal`.
    func run(_ job: ClaimedJob, control: JobControl) throws -> JobOutcome
}

/// What a job ends with.
package enum JobOutcome: Sendable {
    case succeeded(result: JobResult, maps: [MapRecord], clip: ClipFrames?, artefacts: [Artefact])
}

/// An error that a client is told of.
package protocol JobFailure: Error {
    /// Stable, for programs, such as `video.truncated`.
    var code: String { get }
    /// For people; holds no name of a file or patient.
    var message: String { get }
}

/// Why a job is to stop before its end.
package enum JobInterruption: Error, Hashable, Sendable {
    /// A client asked for it.
    case cancelled
    /// The lease ran out and another worker has the job, or it is gone.
    case lost
    /// It ran longer than jobs may.
    case outOfTime
    /// The service stops; the job goes back to its place in the queue.
    case shuttingDown
}

/// A worker pool that cannot start.
package enum WorkerPoolError: Error, Hashable, Sendable {
    case alreadyRunning
}

extension WorkerPoolError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .alreadyRunning: "the worker pool is running already; run it once"
        }
    }
}
