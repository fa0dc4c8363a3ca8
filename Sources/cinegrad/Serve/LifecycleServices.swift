import Dispatch
import HTTPServer
import Jobs
import Pipelines
import ServiceLifecycle

/// The workers, from start to shutdown.
struct WorkerService: Service {
    let pool: WorkerPool

    func run() async throws {
        try await cancelWhenGracefulShutdown { try await pool.run() }
    }
}

/// The worker of evaluations, from start to shutdown.
struct EvaluationService: Service {
    let worker: EvaluationWorker

    func run() async throws {
        await cancelWhenGracefulShutdown { await worker.run() }
    }
}

/// Tells the ends of explanations, from start to shutdown.
struct WebhookService: Service {
    /// Nil when there is nobody to tell.
    let courier: WebhookCourier?

    func run() async throws {
        guard let courier else {
            // A service that ends would end all others.
            try? await gracefulShutdown()
            return
        }
        await cancelWhenGracefulShutdown { await courier.run() }
    }
}

/// Deletes what is kept too long or too much of, once when the service starts and then every hour.
struct RetentionService: Service {
    let retention: Retention

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                    DispatchQueue(label: "cinegrad.retention").async {
                        retention.purgeAndLog()
                        continuation.resume()
                    }
                }
                // Ends by throwing at shutdown, which is no failure.
                try? await Task.sleep(for: .seconds(3600))
            }
        }
    }
}

/// The worker that stores results in the archive, from start to shutdown.
struct ExportService: Service {
    let worker: ExportWorker

    func run() async throws {
        await cancelWhenGracefulShutdown { await worker.run() }
    }
}

/// A listener that was started, until shutdown.
struct ListenerService: Service {
    let listener: Listener
    let drain: Duration
    let greeting: Greeting

    func run() async throws {
        // Here and not earlier: signals are handled from now on.
        greeting.print()
        // Ends by throwing when the whole group is cancelled; then there is nothing to wait for.
        let isGraceful = (try? await gracefulShutdown()) != nil
        await listener.shutdown(within: isGraceful ? drain : .zero)
    }
}
