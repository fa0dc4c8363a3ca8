import Dispatch
import Synchronization

/// How many threads a computation may use.
///
/// Results never depend on it: work is cut into the same pieces whatever the number of threads, and no piece reads what another wrote.
package struct Parallelism: Hashable, Sendable {
    package let threads: Int
    /// Shared with the computations beside this one; nil takes ``threads`` whatever else runs.
    private let budget: ThreadBudget?

    /// - Precondition: at least one thread.
    package init(threads: Int) { self.init(threads: threads, budget: nil) }

    /// - Parameters:
    ///   - threads: at most.
    ///   - budget: what computations side by side may use together.
    /// - Precondition: at least one thread.
    package init(threads: Int, budget: ThreadBudget?) {
        precondition(threads > 0, "a computation needs a thread")
        self.threads = threads
        self.budget = budget
    }

    package static let single = Parallelism(threads: 1)

    /// Runs `body` on the calling thread, which counts as one of the budget's meanwhile: computations beside it take fewer.
    package func counting<Result>(_ body: () throws -> Result) rethrows -> Result {
        _ = budget?.enter(wanting: 0)
        defer { budget?.leave(further: 0) }
        return try body()
    }

    /// Runs `body` once for every index in `0..<count`, in any order, on up to ``threads`` threads; returns when all are done.
    /// - Parameter body: is called from several threads at once and writes only what belongs to its index.
    package func forEach(_ count: Int, _ body: @Sendable (Int) -> Void) {
        let further = max(min(threads, count) - 1, 0)
        let granted = budget.map { $0.enter(wanting: further) } ?? further
        defer { budget?.leave(further: granted) }
        let workers = granted + 1
        guard workers > 1 else {
            for index in 0..<max(count, 0) { body(index) }
            return
        }
        // Indices are handed out one by one: pieces may differ in cost, and the machine may be busy with other work.
        let next = Atomic<Int>(0)
        let meter = WorkMeter.current
        DispatchQueue.concurrentPerform(iterations: workers) { _ in
            func work() {
                while true {
                    let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                    guard index < count else { return }
                    body(index)
                }
            }
            // What the pieces take and do counts as the caller's.
            if let meter { meter.measuring(work) } else { work() }
        }
    }
}
