package import Jobs
package import Pipelines
package import Store
import Models
import Synchronization

/// One thing that the service needs to work.
package struct ReadinessCheck: Hashable, Sendable {
    package enum Subject: String, Hashable, Sendable, CaseIterable {
        case disk, database, workers, models
    }

    package let subject: Subject
    /// What is wrong and what to do; nil when nothing is. Names no file.
    package let failure: String?
}

/// Tries what the service needs to work: to write to the disk and the database, workers that look for jobs, models that load.
package final class ReadinessProbe: Sendable {
    private let store: Store
    private let library: ModelLibrary
    private let workers: Int
    private let status: @Sendable () -> WorkerStatus
    private let reserve: Int
    private struct Answer: Sendable {
        let checks: [ReadinessCheck]
        let time: ContinuousClock.Instant
    }
    /// The last answer: anybody may ask as often as they like, and each trial waits for the disk.
    private let last = Mutex<Answer?>(nil)
    private let bundledModelsLoaded = Atomic(false)

    /// - Parameters:
    ///   - workers: how many there should be.
    ///   - status: how they are.
    ///   - reserve: bytes that should be free on the disk.
    package init(
        store: Store, library: ModelLibrary, workers: Int, status: @escaping @Sendable () -> WorkerStatus, reserve: Int
    ) {
        self.store = store
        self.library = library
        self.workers = workers
        self.status = status
        self.reserve = reserve
    }

    /// One check for each subject, at most a second old. May wait for the disk.
    package func checks() -> [ReadinessCheck] {
        last.withLock { last in
            let now = ContinuousClock.now
            if let last, now - last.time < .seconds(1) { return last.checks }
            let checks = ReadinessCheck.Subject.allCases.map { ReadinessCheck(subject: $0, failure: failure(of: $0)) }
            last = Answer(checks: checks, time: now)
            return checks
        }
    }

    private func failure(of subject: ReadinessCheck.Subject) -> String? {
        switch subject {
        case .disk: diskFailure()
        case .database: databaseFailure()
        case .workers: workerFailure()
        case .models: modelFailure()
        }
    }

    private func diskFailure() -> String? {
        do {
            let free = try store.freeBytes()
            guard free >= reserve else { return "\(free) bytes are free and \(reserve) should be" }
            try store.probeDisk()
            return nil
        } catch StoreError.diskFull {
            return "it is full"
        } catch {
            return "it cannot be written to"
        }
    }

    private func databaseFailure() -> String? {
        do {
            try store.probeDatabase()
            return nil
        } catch StoreError.corrupt {
            return "it is damaged"
        } catch StoreError.diskFull {
            return "it has no room"
        } catch {
            return "it cannot be written to"
        }
    }

    private func workerFailure() -> String? {
        let status = status()
        if status.working < workers { return "\(status.working) of \(workers) run" }
        return status.isFailing ? "they cannot read the queue" : nil
    }

    private func modelFailure() -> String? {
        do {
            if !bundledModelsLoaded.load(ordering: .relaxed) {
                for model in BundledModel.allCases { _ = try library.load(id: model.rawValue) }
                bundledModelsLoaded.store(true, ordering: .relaxed)
            }
            let missing = try store.modelsWithoutCheckpoint()
            return missing.isEmpty ? nil : "the checkpoint of \(missing.joined(separator: ", ")) is missing or cut"
        } catch {
            return "they cannot be loaded"
        }
    }
}
