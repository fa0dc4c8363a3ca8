package import Telemetry

/// What the jobs of a process are watched by.
package struct JobMeasures: Sendable {
    let wait: Histogram
    let stage: Histogram
    let duration: Histogram
    private let interrupted: Counter

    /// Upper bounds in seconds: a small model explains a clip in one, a large one with many samples in many minutes.
    private static let seconds: [Double] = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200]

    /// Adds their families to a registry. Once for each.
    package init(in registry: MetricsRegistry) {
        wait = registry.histogram(
            "cinegrad_job_wait_seconds", "Time from the request to the first start of the job.", labels: [],
            bounds: Self.seconds)
        stage = registry.histogram(
            "cinegrad_job_stage_seconds", "Time that jobs spent in each stage.", labels: ["stage"],
            bounds: Self.seconds)
        duration = registry.histogram(
            "cinegrad_job_duration_seconds",
            "Time from a job's start to its end: succeeded, failed, cancelled, put_back (the service stopped) or lost.",
            labels: ["outcome"], bounds: Self.seconds)
        interrupted = registry.counter(
            "cinegrad_jobs_interrupted_total",
            "Jobs that were found without their worker when this process started: each stands for a worker that went down.",
            labels: [])
        interrupted.add(0, [])
    }

    /// Counts what a start found.
    package func interrupted(_ jobs: Int) { interrupted.add(Double(jobs), []) }
}
