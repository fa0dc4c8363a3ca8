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
}
