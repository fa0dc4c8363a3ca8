/// An explanation that a worker has, for as long as its lease holds.
package struct ClaimedJob: Hashable, Sendable {
    package let id: String
    /// JSON text.
    package let request: String
    package let videoID: String
    package let modelID: String
    /// 1 for the first worker that has it.
    package let attempts: Int
    /// From the request to this claim, by the clock of the day; not negative.
    package let waited: Duration
    /// Differs between any two claims, so that a worker which lost its lease can change nothing.
    let token: String
}

/// What a worker learns when it reports.
package enum HeartbeatOutcome: Hashable, Sendable {
    case held
    /// A client wants it to end; the lease still holds.
    case cancelRequested
    /// The lease ran out and the explanation went elsewhere, or it is gone.
    case lost
}

/// What came of a wish to cancel.
package enum CancelOutcome: Hashable, Sendable {
    /// It waited and is cancelled now.
    case cancelled
    /// It runs; its worker will end it.
    case requested
    /// It is over already.
    case finished(JobState)
    case unknown
}

/// What a start found of the jobs of the process before.
package struct RecoveryReport: Hashable, Sendable {
    /// Jobs that wait again, behind the others.
    package let requeued: Int
    /// Jobs that failed because they were interrupted too often.
    package let poisoned: Int
    /// Jobs whose cancellation had been asked for.
    package let cancelled: Int

    package init(requeued: Int, poisoned: Int, cancelled: Int) {
        self.requeued = requeued
        self.poisoned = poisoned
        self.cancelled = cancelled
    }
}
