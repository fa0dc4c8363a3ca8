import API
import Foundation
import HTTPServer
import HTTPTypes
import Jobs
import Logging
import Pipelines
import Store
import Synchronization
import Telemetry
import Tensors
import TestSupport
import Testing
import Video

/// How requests reach the service.
enum Transport: Sendable, CaseIterable {
    case inProcess
    case socket
}

/// A service over an empty store. Every answer is held against the contract.
struct TestService: Sendable {
    let store: Store
    let service: Service
    let contract: Contract
    private let directory: TemporaryDirectory
    private let pool: WorkerPool
    private let evaluations: EvaluationWorker
    private let send: @Sendable (HTTPRequest, [UInt8]) async throws -> Answer

    /// Makes a service while `use` runs.
    static func with(
        _ transport: Transport, limits: ServiceLimits, store storeLimits: StoreLimits,
        budget: JobBudget = JobBudget(parallelism: Parallelism(threads: 2), bytes: 1 << 29),
        requiresToken: Bool = false, provider: IdentityProvider? = nil,
        routing: RoutingTable = .none,
        use: (TestService) async throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory()
        let store = try Store(directory: directory.url, limits: storeLimits)
        let library = ModelLibrary(store: store, cacheBytes: 64 << 20)
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let registry = MetricsRegistry()
        let pool = WorkerPool(
            store: store, workers: 1, lease: .seconds(3600), limit: nil, drain: .seconds(60),
            runner: ExplanationRunner(
                store: store, library: library, limits: limits.video, budget: budget, keepInterval: .zero),
            measures: JobMeasures(in: registry), logger: logger)
        let evaluations = EvaluationWorker(
            store: store, library: library, parallelism: budget.parallelism, logger: logger)
        let service = Service(
            store: store, library: library, limits: limits, budget: budget, routing: routing, wake: { pool.wake() },
            wakeEvaluations: { evaluations.wake() },
            webhooks: WebhookPolicy("https://pacs.example.org") ?? .none,
            access: AccessControl(store: store, requiresToken: requiresToken, provider: provider),
            audit: AuditTrail(store: store, copiesToSyslog: false),
            // Whether there are workers is up to each test.
            operations: Operations(
                registry: registry,
                readiness: ReadinessProbe(
                    store: store, library: library, workers: 0, status: { pool.status }, reserve: 0)),
            logger: logger)
        func run(_ send: @escaping @Sendable (HTTPRequest, [UInt8]) async throws -> Answer) async throws {
            let contract = try await Contract(
                yaml: send(HTTPRequest(method: .get, scheme: nil, authority: nil, path: "/openapi.yaml"), []).text)
            try await use(
                TestService(
                    store: store, service: service, contract: contract, directory: directory, pool: pool,
                    evaluations: evaluations, send: send))
        }
        switch transport {
        case .inProcess: try await run { try await Self.inProcess(service, $0, $1) }
        case .socket:
            try await withListener(service, limits: ServerLimits()) { address in
                try await SocketClient.with(address) { try await run($0.send) }
            }
        }
    }

    static func with(use: (TestService) async throws -> Void) async throws {
        try await with(.inProcess, limits: .standard, store: .standard, use: use)
    }

    static func with(_ transport: Transport, use: (TestService) async throws -> Void) async throws {
        try await with(transport, limits: .standard, store: .standard, use: use)
    }

    private static func inProcess(_ service: Service, _ head: HTTPRequest, _ body: [UInt8]) async throws -> Answer {
        // In pieces, as they come over a socket.
        let rest = Mutex(body[...])
        let pieces = RequestBody(declaredLength: body.count) {
            rest.withLock { rest in
                let piece = rest.prefix(10_000)
                rest = rest.dropFirst(10_000)
                return piece.isEmpty ? nil : Array(piece)
            }
        }
        let request = try Request(head: head, body: body.isEmpty ? .empty : pieces, remoteAddress: "127.0.0.1")
        return try await Answer(await service.respond(request))
    }

    /// Uploaded bytes on the disk, those under way too.
    func keptFiles() throws -> [String] {
        try ["content", "incoming"].flatMap { name in
            try FileManager.default.subpathsOfDirectory(
                atPath: directory.url.appending(path: name).path(percentEncoded: false)
            ).filter { !$0.isEmpty && $0.count > 2 }
        }.sorted()
    }

    /// Runs jobs while `body` does.
    func working(_ body: () async throws -> Void) async throws {
        let task = Task { try await pool.run() }
        let result: Result<Void, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        task.cancel()
        try await task.value
        try result.get()
    }

    /// Works on evaluations while `body` runs. Once.
    func evaluating(_ body: () async throws -> Void) async throws {
        let task = Task { await evaluations.run() }
        let result: Result<Void, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        task.cancel()
        await task.value
        try result.get()
    }

    /// Sends a GET whose answer the contract is not held against: coded content is no document.
    func rawRequest(_ path: String, headers: HTTPFields) async throws -> Answer {
        try await send(
            HTTPRequest(method: .get, scheme: nil, authority: nil, path: path, headerFields: headers), [])
    }

    /// Sends a request whose answer the contract does not describe.
    func raw(_ method: HTTPRequest.Method, _ path: String, headers: HTTPFields) async throws -> Answer {
        try await send(HTTPRequest(method: method, scheme: nil, authority: nil, path: path, headerFields: headers), [])
    }

    /// Sends a GET with header fields of any name.
    func rawRequest(_ path: String, fields: [String: String]) async throws -> Answer {
        var headers = HTTPFields()
        for (name, value) in fields { headers[try #require(HTTPField.Name(name))] = value }
        return try await rawRequest(path, headers: headers)
    }

    /// Sends a request and holds the answer against the contract.
    func request(
        _ method: HTTPRequest.Method, _ path: String, headers: HTTPFields, body: [UInt8],
        at location: SourceLocation = #_sourceLocation
    ) async throws -> Answer {
        let answer = try await send(
            HTTPRequest(method: method, scheme: nil, authority: nil, path: path, headerFields: headers), body)
        let address = String(path.prefix { $0 != "?" })
        for violation in try contract.violations(answer, to: method, address) {
            Issue.record("\(method) \(path), \(answer.status): \(violation)", sourceLocation: location)
        }
        return answer
    }
}
