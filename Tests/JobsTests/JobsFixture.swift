import Jobs
import Logging
import Store
import Synchronization
import Telemetry
import TestSupport
import Testing

/// A store in a directory of its own.
struct JobsFixture {
    let directory: TemporaryDirectory
    let store: Store
    let log = LogRecorder()
    let metrics = MetricsRegistry()

    init() throws {
        directory = try TemporaryDirectory()
        store = try Store(directory: directory.url)
    }

    /// A pool whose leases outlast every test: only `wake()` makes an idle worker look.
    func pool(
        workers: Int, drain: Duration, limit: Duration? = nil,
        _ body: @escaping @Sendable (ClaimedJob, JobControl) throws -> JobOutcome
    ) -> WorkerPool {
        WorkerPool(
            store: store, workers: workers, lease: .seconds(36000), limit: limit, drain: drain,
            runner: ClosureRunner(body: body), measures: JobMeasures(in: metrics), logger: log.logger)
    }

    func enqueue() throws -> String { try enqueue(video: "v") }

    func enqueue(video: String) throws -> String {
        let outcome = try store.enqueue(request: "{}", videoID: video, modelID: "m", artefacts: [], idempotency: nil)
        guard case .created(let record) = outcome else { throw UnexpectedOutcome() }
        return record.id
    }

    /// Waits for the first state that fulfils a condition.
    func awaitState(
        of id: String, where condition: (ExplanationRecord) -> Bool, at location: SourceLocation = #_sourceLocation
    ) async throws -> ExplanationRecord {
        for await record in store.changes(explanation: id) where condition(record) { return record }
        return try #require(nil as ExplanationRecord?, "it ended otherwise", sourceLocation: location)
    }

    func awaitEnd(of id: String) async throws -> ExplanationRecord {
        try await awaitState(of: id) { $0.state.isFinal }
    }

    /// Runs a pool while `body` does.
    func running(_ pool: WorkerPool, _ body: () async throws -> Void) async throws {
        let task = Task { try await pool.run() }
        let result: Result<Void, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        task.cancel()
        try await task.value
        try result.get()
    }
}

struct UnexpectedOutcome: Error {}

struct ClosureRunner: JobRunner {
    let body: @Sendable (ClaimedJob, JobControl) throws -> JobOutcome

    func run(_ job: ClaimedJob, control: JobControl) throws -> JobOutcome { try body(job, control) }
}

extension JobOutcome {
    static let nothing = JobOutcome.succeeded(result: "{}", maps: [], clip: nil, artefacts: [])
}
