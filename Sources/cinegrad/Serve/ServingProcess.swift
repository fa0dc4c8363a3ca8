import API
import Foundation
import HTTPServer
import HTTPTypes
import Jobs
import Logging
import OpenID
import Pipelines
import ServiceLifecycle
import Store
import Telemetry
import Tensors
import UnixSignals
import Video

/// The service from start to end: store, workers and server under one lifecycle.
struct ServingProcess {
    /// How long a job may take to notice that the service stops; it looks up after each pass through the model.
    private static let jobDrain: Duration = .seconds(5)

    private let configuration: AppConfiguration
    private let logger: Logger

    init(_ configuration: AppConfiguration) {
        self.configuration = configuration
        logger = configuration.log.format.logger(level: configuration.log.level)
    }

    /// Serves until a signal ends it.
    /// - Throws: ``ServeError`` or `ListenerError` when it cannot start.
    func run() async throws {
        // Whoever reads the greeting or the log may go away.
        signal(SIGPIPE, SIG_IGN)
        // Whatever is written is for this user alone.
        umask(0o077)
        let registry = MetricsRegistry()
        let measures = JobMeasures(in: registry)
        let store = try openStore()
        let requiresToken = configuration.server.isReachedByOthers
        let provider = try await identityProvider()
        guard try !requiresToken || provider != nil || store.tokens().contains(where: { $0.isUsable(at: Date()) })
        else {
            throw ServeError.noToken
        }
        try recover(store, measures)

        var limits = ServiceLimits(
            videoBytes: configuration.limits.videoBytes, modelBytes: configuration.limits.modelBytes,
            studyBytes: configuration.limits.studyBytes,
            video: .isolated(showsWholeFrames: configuration.dicom.showsWholeFrames))
        limits.crossOrigin = configuration.server.crossOrigin
        limits.modelReading = limits.video.containerReading
        let routing = try configuration.dicom.routes.map(RoutesFile.read) ?? .none
        let library = ModelLibrary(store: store, cacheBytes: configuration.limits.modelCacheBytes)
        let budget = JobBudget(
            parallelism: Parallelism(
                threads: configuration.workers.threads, budget: ThreadBudget(threads: configuration.workers.threads)),
            bytes: configuration.limits.jobMemoryBytes)
        let pool = WorkerPool(
            store: store, workers: configuration.workers.count, lease: configuration.workers.lease,
            limit: configuration.limits.jobTime,
            drain: Self.jobDrain,
            runner: ExplanationRunner(
                store: store, library: library, limits: limits.video, budget: budget, keepInterval: .seconds(1)),
            measures: measures, logger: logger)
        let evaluations = EvaluationWorker(
            store: store, library: library, parallelism: budget.parallelism, logger: logger)
        let courier = try webhookCourier(store)
        let exports = ExportWorker(
            store: store, library: ResultLibrary(store: store, limits: limits.video),
            archive: configuration.push.archive, logger: logger)
        let service = Service(
            store: store, library: library, limits: limits, budget: budget, routing: routing, wake: { pool.wake() },
            wakeEvaluations: { evaluations.wake() },
            webhooks: configuration.webhooks.policy,
            access: AccessControl(store: store, requiresToken: requiresToken, provider: provider),
            audit: AuditTrail(store: store, copiesToSyslog: configuration.copiesAuditToSyslog),
            operations: Operations(
                registry: registry,
                readiness: ReadinessProbe(
                    store: store, library: library, workers: configuration.workers.count, status: { pool.status },
                    reserve: configuration.limits.diskReserveBytes)),
            logger: logger)
        let refusals = registry.counter(
            "cinegrad_http_refusals_total", "Requests that were not understood or came too slowly.", labels: ["status"])
        let listener = Listener(
            configuration: ServerConfiguration(
                host: configuration.server.host, port: configuration.server.port, limits: ServerLimits()),
            logger: logger, responder: service.respond,
            refusal: { error in
                let response = Service.refuse(error)
                refusals.add(1, [String(response.status.code)])
                return response
            })
        ListenerMetrics.register(listener, in: registry)

        let address = try await listener.start()
        if try store.isOpenToOthers() {
            logger.warning("other users may look into the data directory; its mode should be 0700 (chmod go-rwx)")
        }
        let greeting = Greeting(
            host: configuration.server.host, port: address.port, dataDirectory: configuration.dataDirectory)
        // They are shut down from the last to the first: jobs run on while requests that wait for them are drained.
        var group = ServiceGroupConfiguration(
            services: [
                .init(service: WorkerService(pool: pool), serviceName: "workers"),
                .init(service: EvaluationService(worker: evaluations), serviceName: "evaluations"),
                .init(service: WebhookService(courier: courier), serviceName: "webhooks"),
                .init(
                    service: RetentionService(
                        retention: Retention(
                            store: store, age: configuration.retention.age, bytes: configuration.retention.bytes,
                            logger: logger)), serviceName: "retention"),
                .init(service: ExportService(worker: exports), serviceName: "exports"),
                .init(
                    service: ListenerService(
                        listener: listener, drain: configuration.server.drain, greeting: greeting),
                    serviceName: "server"),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        group.maximumGracefulShutdownDuration = configuration.server.drain + Self.jobDrain * 2
        try await ServiceGroup(configuration: group).run()
        logger.info("stopped")
    }

    /// Nil when none are allowed. What was asked for before waits in the store then.
    private func webhookCourier(_ store: Store) throws -> WebhookCourier? {
        guard !configuration.webhooks.policy.isEmpty else { return nil }
        guard let path = configuration.webhooks.secretFile else {
            throw ServeError.webhooks(reason: "there is no secret to sign them with: set webhooks.secret-file")
        }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw ServeError.webhooks(reason: "\(path) (webhooks.secret-file) cannot be read as text")
        }
        let secret = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard secret.utf8.count >= 32 else {
            throw ServeError.webhooks(
                reason: "the secret in \(path) has fewer than 32 characters (openssl rand -hex 32 makes one)")
        }
        guard WebhookCourier.canSend else {
            throw ServeError.webhooks(reason: "the program that sends them, /usr/bin/curl, is not there: install curl")
        }
        return WebhookCourier(store: store, secret: Data(secret.utf8), logger: logger)
    }

    /// Nil when none is configured. A file of keys that cannot be used keeps the service from starting; an address may answer later.
    private func identityProvider() async throws -> IdentityProvider? {
        let settings = configuration.jwt
        guard let issuer = settings.issuer, let audience = settings.audience, let source = settings.keys else {
            return nil
        }
        let keys = KeyRing(source: source, refresh: settings.refresh, logger: logger)
        switch source {
        case .file(let file):
            do {
                try await keys.require()
            } catch {
                throw ServeError.issuer(
                    reason: "\(file.path(percentEncoded: false)) (jwt.keys-file) has no keys: \(error)")
            }
        case .address:
            guard KeyDownload.isPossible else {
                throw ServeError.issuer(
                    reason: "the program that fetches its keys, /usr/bin/curl, is not there: install curl")
            }
            await keys.prepare()
        }
        let verifier = TokenVerifier(
            issuer: issuer, audience: audience, scopes: settings.scopeClaim, leeway: settings.leeway, keys: keys)
        return IdentityProvider(verifier: verifier, scopes: settings.scopes)
    }

    private func openStore() throws -> Store {
        let directory = configuration.dataDirectory
        do {
            return try Store(
                directory: directory,
                limits: StoreLimits(
                    queued: configuration.limits.queuedJobs,
                    queuedPerOwner: configuration.limits.queuedJobsPerToken,
                    interruptions: StoreLimits.standard.interruptions))
        } catch let error as StoreError {
            throw ServeError.dataDirectory(path: directory.path, error)
        }
    }

    /// Puts what a crash interrupted back into the queue.
    private func recover(_ store: Store, _ measures: JobMeasures) throws {
        let report = try store.recover()
        let interrupted = report.requeued + report.poisoned + report.cancelled
        guard interrupted > 0 else { return }
        measures.interrupted(interrupted)
        logger.notice(
            "the last run ended in the middle of jobs",
            metadata: [
                "jobs.requeued": "\(report.requeued)", "jobs.poisoned": "\(report.poisoned)",
                "jobs.cancelled": "\(report.cancelled)",
            ])
    }
}
