import Dispatch
import Synchronization

/// One of the few serial queues on which connections live: it runs their actors, their sockets' events and their deadlines, so that none of
/// them needs a lock. What their tasks do between is run there too, handlers included: a request that only looks at memory is answered
/// without a change of threads.
final class Loop: SerialExecutor, TaskExecutor {
    let queue: DispatchQueue
    /// The bytes of the socket being read; used only on the queue, within one event.
    nonisolated(unsafe) let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
    /// The sockets; nil before ``open()``. Used only on the queue.
    private(set) nonisolated(unsafe) var ready: ReadySet?
    let date = DateStamp()
    private let connections = Mutex<[ObjectIdentifier: Connection]>([:])
    private let waiting = Mutex(Waiting())

    /// The pieces of tasks that can go on.
    private struct Waiting {
        var jobs: [UnownedJob] = []
        /// Somebody is about to run them.
        var isExpected = false
    }

    /// So many times are the pieces run that came of those before, until sockets get their turn again.
    private static let rounds = 8

    init(index: Int) { queue = DispatchQueue(label: "http.loop.\(index)", qos: .userInitiated) }

    deinit { scratch.deallocate() }

    /// Has to come before the first connection.
    /// - Throws: ``ListenerError``.
    func open() throws(ListenerError) {
        let ready = try ReadySet(queue: queue)
        ready.start { [weak self] in self?.step() }
        queue.sync { self.ready = ready }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isExpected = waiting.withLock { waiting in
            defer { waiting.isExpected = true }
            waiting.jobs.append(job)
            return waiting.isExpected
        }
        if !isExpected { queue.async { self.runWaiting() } }
    }

    /// Hears the sockets that are ready, and runs what comes of all of them.
    private func step() {
        waiting.withLock { $0.isExpected = true }
        ready?.tell()
        runWaiting()
    }

    private func runWaiting() {
        for _ in 0..<Self.rounds {
            let jobs = waiting.withLock { waiting in
                defer { waiting.jobs = [] }
                waiting.isExpected = !waiting.jobs.isEmpty
                return waiting.jobs
            }
            guard !jobs.isEmpty else { return }
            for job in jobs {
                job.runSynchronously(
                    isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
            }
        }
        queue.async { self.runWaiting() }
    }

    func checkIsolated() { dispatchPrecondition(condition: .onQueue(queue)) }

    func add(_ connection: Connection) {
        connections.withLock { $0[ObjectIdentifier(connection)] = connection }
    }

    func remove(_ connection: Connection) {
        _ = connections.withLock { $0.removeValue(forKey: ObjectIdentifier(connection)) }
    }

    /// Lets every connection compare its deadlines with the clock. On the queue.
    func tick() {
        let now = Deadline.now
        for connection in connections.withLock({ Array($0.values) }) {
            connection.assumeIsolated { $0.checkDeadlines(now) }
        }
    }
}

/// A moment of the monotonic clock.
struct Deadline: Comparable {
    private let nanoseconds: UInt64

    static var now: Deadline { Deadline(nanoseconds: DispatchTime.now().uptimeNanoseconds) }

    /// - Parameter duration: negative ones count as zero, and nothing is further away than a century.
    static func after(_ duration: Duration) -> Deadline {
        let seconds = min(max(duration / .seconds(1), 0), 3e9)
        return Deadline(nanoseconds: DispatchTime.now().uptimeNanoseconds + UInt64(seconds * 1e9))
    }

    static func < (left: Deadline, right: Deadline) -> Bool { left.nanoseconds < right.nanoseconds }
}
