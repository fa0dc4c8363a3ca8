import Dispatch
package import Foundation
package import Logging
package import Store

/// Tells the ends of explanations to those who asked for it, until they have it or too much time has passed. What is to be told is in the store, so a
/// restart forgets nothing; an end can be told twice when the service dies between an answer and its note of it.
package struct WebhookCourier: Sendable {
    private let store: Store
    private let secret: Data
    private let logger: Logger
    private let send: @Sendable (String, WebhookMessage) -> Int?

    /// Whether this machine has what sends them.
    package static var canSend: Bool { FileManager.default.isExecutableFile(atPath: CurlRequest.program) }

    /// Seconds from each failure to the next attempt; after the last one it is given up, a day and a half after the first.
    package static let delays: [Double] = [10, 60, 300, 1800, 7200, 21_600, 43_200, 57_600]
    private static let atOnce = 8

    /// - Parameter secret: of the signatures.
    package init(store: Store, secret: Data, logger: Logger) {
        self.init(store: store, secret: secret, logger: logger) { CurlRequest(url: $0, message: $1).send() }
    }

    /// - Parameter send: gives the status of the answer, nil without one; may block.
    package init(
        store: Store, secret: Data, logger: Logger, send: @escaping @Sendable (String, WebhookMessage) -> Int?
    ) {
        self.store = store
        self.secret = secret
        self.logger = logger
        self.send = send
    }

    /// Tries what is due, several at a time: a receiver that does not answer holds up few others. Blocks until all have an answer or none.
    /// - Returns: how many were tried.
    package func deliver(now: Date) throws -> Int {
        let due = try store.dueWebhooks(at: now, limit: Self.atOnce)
        DispatchQueue.concurrentPerform(iterations: due.count) { index in
            let webhook = due[index]
            let status = send(webhook.url, WebhookMessage(webhook.explanation, secret: secret, now: now))
            let outcome = Self.outcome(status, attempts: webhook.attempts, now: now)
            let metadata: Logger.Metadata = [
                "explanation.id": "\(webhook.explanation.id)", "webhook.attempts": "\(webhook.attempts + 1)",
                "webhook.status": "\(status.map(String.init) ?? "none")",
            ]
            switch outcome {
            case .delivered: logger.debug("a webhook was delivered", metadata: metadata)
            case .retry: logger.info("a webhook was not delivered and will be tried again", metadata: metadata)
            case .givenUp: logger.warning("a webhook was given up", metadata: metadata)
            }
            do {
                try store.keepAttempt(explanation: webhook.explanation.id, outcome)
            } catch {
                logger.error(
                    "the attempt at a webhook could not be kept",
                    metadata: ["error": .string(InternalFailure.loggable(error))])
            }
        }
        return due.count
    }

    /// Delivers until the task is cancelled.
    package func run() async {
        let queue = DispatchQueue(label: "cinegrad.webhooks")
        while !Task.isCancelled {
            let tried = await withCheckedContinuation { (continuation: CheckedContinuation<Int, Never>) in
                queue.async { continuation.resume(returning: deliverAndLog()) }
            }
            // Ends by throwing when the service stops, which is no failure.
            if tried < Self.atOnce { try? await Task.sleep(for: .seconds(1)) }
        }
    }

    private func deliverAndLog() -> Int {
        do {
            return try deliver(now: Date())
        } catch {
            logger.error(
                "webhooks could not be looked up", metadata: ["error": .string(InternalFailure.loggable(error))])
            return 0
        }
    }

    /// 2xx is an answer that it has arrived, 410 that nobody wants it (RFC 9110, section 15.5.11).
    private static func outcome(_ status: Int?, attempts: Int, now: Date) -> WebhookOutcome {
        if let status, (200..<300).contains(status) { return .delivered }
        guard status != 410, attempts < delays.count else { return .givenUp }
        return .retry(at: now + delays[attempts])
    }
}
