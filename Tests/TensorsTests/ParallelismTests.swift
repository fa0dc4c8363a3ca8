import Dispatch
import Synchronization
import Tensors
import Testing

@Suite struct ParallelismTests {
    @Test(arguments: [1, 2, 3, 8], [0, 1, 2, 7, 1000])
    func everyIndexRunsOnce(threads: Int, count: Int) {
        let seen = Mutex([Int](repeating: 0, count: count))
        Parallelism(threads: threads).forEach(count) { index in seen.withLock { $0[index] += 1 } }
        #expect(seen.withLock { $0 } == [Int](repeating: 1, count: count))
    }

    @Test func aloneAComputationTakesAllThreads() {
        #expect(mostAtOnce(jobs: 1, threads: 3) == 3)
    }

    /// Each has the thread that it was called on; of further ones all together have one less than the budget.
    @Test(arguments: [(jobs: 2, threads: 3), (jobs: 5, threads: 2)])
    func computationsSideBySideShareThreads(_ load: (jobs: Int, threads: Int)) {
        #expect(mostAtOnce(jobs: load.jobs, threads: load.threads) <= load.jobs + load.threads - 1)
    }

    @Test func whoComesLaterHasItsOwnThreadOnly() {
        let budget = ThreadBudget(threads: 2)
        Parallelism(threads: 2, budget: budget).forEach(2) { _ in
            #expect(budget.inUse == 2)
        }
        let inner = Mutex(0)
        Parallelism(threads: 1, budget: budget).forEach(1) { _ in
            Parallelism(threads: 2, budget: budget).forEach(4) { _ in inner.withLock { $0 = max($0, budget.inUse) } }
        }
        #expect(inner.withLock { $0 } == 2)
    }

    @Test func threadsAreGivenBack() {
        let budget = ThreadBudget(threads: 4)
        Parallelism(threads: 3, budget: budget).forEach(10) { _ in }
        Parallelism(threads: 3, budget: budget).forEach(0) { _ in }
        #expect(budget.inUse == 0)
    }

    /// The most threads that `jobs` computations with a common budget of `threads` counted as in use.
    private func mostAtOnce(jobs: Int, threads: Int) -> Int {
        let budget = ThreadBudget(threads: threads)
        let most = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: jobs) { _ in
            for _ in 0..<50 {
                Parallelism(threads: threads, budget: budget).forEach(8) { _ in
                    let now = budget.inUse
                    most.withLock { $0 = max($0, now) }
                }
            }
        }
        return most.withLock { $0 }
    }
}
