import Dispatch
import Synchronization

/// One of the few serial queues on which connections live: it runs their actors, their sockets' events and their deadlines, so that none of
/// them needs a lock.
final class Loop: SerialExecutor {
    let queue: DispatchQueue
    /// The bytes of the socket being read; used only on the queue, within one event.
    nonisolated(unsafe) let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
    let date = DateStamp()
    private let connections = Mutex<[ObjectIdentifier: Connection]>([:])

    init(index: Int) { queue = DispatchQueue(label: "http.loop.\(index)", qos: .userInitiated) }

    deinit { scratch.deallocate() }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
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
