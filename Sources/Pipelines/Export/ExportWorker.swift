package import Foundation
package import Logging
package import Store
import Dispatch
import Synchronization

/// Makes the objects of finished explanations and stores them in the archive, one explanation after another, apart from requests and jobs. What an archive
/// does not take is tried again, later each time; all of it is kept in the store, so a restart goes on where it was.
package final class ExportWorker: Sendable {
    private let store: Store
    private let library: ResultLibrary
    private let client: ArchiveClient?
    private let logger: Logger
    private let isStopping = Atomic(false)

    /// Between looks into the queue.
    private static let interval: Duration = .seconds(2)

    /// - Parameter archive: nil to keep objects here alone.
    package init(store: Store, library: ResultLibrary, archive: Archive?, logger: Logger) {
        self.store = store
        self.library = library
        self.logger = logger
        client = archive.map { archive in ArchiveClient(archive, scratch: { store.scratchFile() }) }
    }

    /// Works until the task is cancelled, which is noticed between two attempts. To be called once.
    package func run() async {
        await withTaskCancellationHandler {
            while !Task.isCancelled {
                await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                    DispatchQueue(label: "cinegrad.exports").async {
                        self.workThroughQueue { Date() }
                        continuation.resume()
                    }
                }
                try? await Task.sleep(for: Self.interval)
            }
        } onCancel: {
            isStopping.store(true, ordering: .relaxed)
        }
    }

    /// Makes every attempt that is due.
    /// - Parameter now: the time, as it goes on.
    package func workThroughQueue(_ now: () -> Date) {
        do {
            while !isStopping.load(ordering: .relaxed), let export = try store.dueExport(at: now()) {
                try attempt(export, now: now())
            }
        } catch {
            logger.error("exports stand still", metadata: ["error.type": "\(String(reflecting: type(of: error)))"])
        }
    }

    /// - Throws: `StoreError`.
    private func attempt(_ export: ExportRecord, now: Date) throws {
        let attempts = export.attempts + 1
        do {
            guard let record = try store.explanation(id: export.explanation), let report = record.result else { return }
            for kind in ResultKind.allCases {
                let file = try library.file(kind, of: record, report: report)
                guard let client else { continue }
                let instance = try store.results(
                    explanation: record.id, study: nil, series: nil, instance: nil
                ).first { $0.kind == kind.rawValue }?.instance
                // Nil when it was deleted meanwhile, and its export with it.
                if let instance { try client.store(file, instance: instance) }
            }
            try store.finishExport(
                explanation: export.explanation, as: client == nil ? .kept : .stored, attempts: attempts)
        } catch let error as StoreError {
            throw error
        } catch {
            try note(error, of: export, attempts: attempts, now: now)
        }
    }

    private func note(_ error: any Error, of export: ExportRecord, attempts: Int, now: Date) throws {
        let (code, message): (String, String)
        var next: Date?
        if let error = error as? ArchiveError {
            (code, message) = (error.code, error.description)
            if attempts < client?.archive.attempts ?? 0 {
                next = now.addingTimeInterval(Archive.pause(after: attempts))
            }
        } else if let failure = Failure(error) {
            // Another attempt would find the same source.
            (code, message) = (failure.code, failure.message)
        } else {
            (code, message) = ("export.internal", "it failed for a reason of the service's own")
        }
        logger.warning(
            "an archive did not take a result",
            metadata: [
                "explanation.id": "\(export.explanation)", "code": "\(code)", "attempts": "\(attempts)",
                "again": "\(next != nil)",
            ])
        try store.failExport(
            explanation: export.explanation, attempts: attempts, code: code, message: message, next: next)
    }
}
