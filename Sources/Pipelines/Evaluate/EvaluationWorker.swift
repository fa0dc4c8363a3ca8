import Dispatch
import Evaluation
import Foundation
package import Logging
import Models
package import Store
import Synchronization
package import Tensors

/// Carries out stored evaluations, one after another, clip by clip. What was measured is kept, so that an evaluation which a crash or a stop interrupts goes
/// on behind its last clip and comes to the same numbers.
package final class EvaluationWorker: Sendable {
    private let store: Store
    private let library: ModelLibrary
    private let parallelism: Parallelism
    private let logger: Logger
    private let signals: AsyncStream<Void>
    private let bell: AsyncStream<Void>.Continuation
    private let isStopping = Atomic(false)

    package init(store: Store, library: ModelLibrary, parallelism: Parallelism, logger: Logger) {
        self.store = store
        self.library = library
        self.parallelism = parallelism
        self.logger = logger
        (signals, bell) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        bell.yield()
    }

    /// To be called after an evaluation was stored.
    package func wake() { bell.yield() }

    /// Works until the task is cancelled, which interrupts an evaluation within one pass. To be called once.
    package func run() async {
        await withTaskCancellationHandler {
            for await _ in signals {
                await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                    DispatchQueue(label: "cinegrad.evaluations").async {
                        self.workThroughQueue()
                        continuation.resume()
                    }
                }
            }
        } onCancel: {
            isStopping.store(true, ordering: .relaxed)
        }
    }

    private struct Stopped: Error {}

    private func workThroughQueue() {
        while !isStopping.load(ordering: .relaxed) {
            do {
                guard let record = try store.nextEvaluation() else { return }
                try work(on: record)
            } catch is Stopped {
                // Its state says what becomes of it: cancelled, deleted, or running for the next start.
                continue
            } catch {
                logger.error(
                    "evaluations stand still", metadata: ["error.type": "\(String(reflecting: type(of: error)))"])
                return
            }
        }
    }

    private func work(on record: EvaluationRecord) throws {
        do {
            try measure(record)
            try store.finishEvaluation(id: record.id, failure: nil)
        } catch let stopped as Stopped {
            throw stopped
        } catch let error as StoreError {
            throw error
        } catch {
            let failure =
                Failure(error)
                ?? Failure(code: "evaluation.internal", message: "It failed for a reason of the service's own.")
            logger.error(
                "an evaluation failed", metadata: ["evaluation.id": "\(record.id)", "code": "\(failure.code)"])
            try store.finishEvaluation(id: record.id, failure: (failure.code, failure.message))
        }
    }

    private func measure(_ record: EvaluationRecord) throws {
        let plan = try EvaluationPlan(stored: record.plan)
        for (index, subject) in plan.subjects.enumerated() {
            let network = try library.load(id: subject.model).network
            let study = try MovingShapesStudy(network, task: subject.task, options: plan.options)
            for clip in try store.findings(evaluation: record.id, subject: index).count..<plan.examples {
                let findings = try study.findings(clip: clip, parallelism: parallelism) {
                    try self.checkWanted(record)
                }
                try keep(findings, record, subject: index, clip: clip)
            }
            let verdicts = plan.verdicts(of: index)
            if plan.isSelfTest, try store.findings(evaluation: record.id, subject: verdicts).isEmpty {
                let test = try SelfTest(network, task: subject.task, parallelism: parallelism)
                let properties = try test.properties(of: store.clipFindings(of: record, subject: index)) {
                    try self.checkWanted(record)
                }
                try keep(properties, record, subject: verdicts, clip: 0)
            }
        }
        try checkWanted(record)
    }

    private func checkWanted(_ record: EvaluationRecord) throws {
        let isWanted = try !isStopping.load(ordering: .relaxed) && store.isEvaluationRunning(id: record.id)
        guard isWanted else { throw Stopped() }
    }

    private func keep(_ findings: some Encodable, _ record: EvaluationRecord, subject: Int, clip: Int) throws {
        try store.addFindings(
            String(decoding: JSONEncoder().encode(findings), as: UTF8.self), evaluation: record.id, subject: subject,
            clip: clip)
    }
}

extension Store {
    /// - Throws: `StoreError`, `DecodingError`.
    func clipFindings(of record: EvaluationRecord, subject: Int) throws -> [ClipFindings] {
        try findings(evaluation: record.id, subject: subject).map {
            try JSONDecoder().decode(ClipFindings.self, from: Data($0.utf8))
        }
    }
}

extension EvaluationPlan {
    /// - Throws: `DecodingError` for text that is no stored plan.
    package init(stored text: String) throws {
        self = try JSONDecoder().decode(EvaluationPlan.self, from: Data(text.utf8))
    }

    /// As it is stored.
    package func text() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
