import Synchronization

/// How a listener stands; for operations and tests.
package struct ListenerCounts: Hashable, Sendable {
    /// Open now.
    package var connections = 0
    package var accepted = 0
    /// Answered 503 since there were too many.
    package var refused = 0
    /// The most bytes any connection ever held that no handler had taken.
    package var peakBufferedBytes = 0
    /// From and to all clients since the start, with headers.
    package var receivedBytes = 0
    package var sentBytes = 0
}

/// The open connections of a listener.
final class ConnectionRegistry: Sendable {
    enum Admission {
        case admitted
        /// Told so and closed.
        case refused
        /// So far beyond the limit that not even that is affordable.
        case dropped
    }

    private struct State {
        var counts = ListenerCounts()
        var perAddress: [String: Int] = [:]
        var connections: [ObjectIdentifier: Connection] = [:]
        var isShuttingDown = false
        var waiters: [CheckedContinuation<Void, Never>] = []
        var isReleased = false
    }

    private let limits: ServerLimits
    private let state = Mutex(State())
    // Apart from the rest: they change with each event of each socket.
    private let receivedBytes = Atomic(0)
    private let sentBytes = Atomic(0)

    /// Connections over the limit that get their 503 at a time.
    private static let refusalsAtOnce = 64

    init(limits: ServerLimits) { self.limits = limits }

    var counts: ListenerCounts {
        var counts = state.withLock { $0.counts }
        counts.receivedBytes = receivedBytes.load(ordering: .relaxed)
        counts.sentBytes = sentBytes.load(ordering: .relaxed)
        return counts
    }

    func noteReceived(_ bytes: Int) { receivedBytes.wrappingAdd(bytes, ordering: .relaxed) }

    func noteSent(_ bytes: Int) { sentBytes.wrappingAdd(bytes, ordering: .relaxed) }

    var isShuttingDown: Bool { state.withLock { $0.isShuttingDown } }

    func admit(_ address: String) -> Admission {
        state.withLock { state in
            let own = state.perAddress[address] ?? 0
            let isFull = state.counts.connections >= limits.connections || own >= limits.connectionsPerAddress
            if isFull { state.counts.refused += 1 }
            let all = state.counts.connections
            guard !state.isShuttingDown, !isFull || all < limits.connections + Self.refusalsAtOnce,
                own < limits.connectionsPerAddress + Self.refusalsAtOnce
            else { return .dropped }
            state.counts.accepted += isFull ? 0 : 1
            state.counts.connections += 1
            state.perAddress[address] = own + 1
            return isFull ? .refused : .admitted
        }
    }

    /// - Returns: whether the connection must go at once, since a shutdown has begun.
    func add(_ connection: Connection) -> Bool {
        state.withLock { state in
            state.connections[ObjectIdentifier(connection)] = connection
            return state.isShuttingDown
        }
    }

    func remove(_ connection: Connection, address: String) {
        let waiters: [CheckedContinuation<Void, Never>] = state.withLock { state in
            state.connections[ObjectIdentifier(connection)] = nil
            state.counts.connections -= 1
            let left = (state.perAddress[address] ?? 1) - 1
            state.perAddress[address] = left > 0 ? left : nil
            guard state.isShuttingDown, state.counts.connections == 0 else { return [] }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    func noteBuffered(_ bytes: Int) {
        state.withLock { $0.counts.peakBufferedBytes = max($0.counts.peakBufferedBytes, bytes) }
    }

    /// - Returns: the connections that have to hear of it.
    func beginShutdown() -> [Connection] {
        state.withLock { state in
            state.isShuttingDown = true
            return Array(state.connections.values)
        }
    }

    /// Returns when the last connection is closed, or ``release()`` is called.
    func waitUntilEmpty() async {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                guard state.counts.connections > 0, !state.isReleased else { return true }
                state.waiters.append(continuation)
                return false
            }
            if isDone { continuation.resume() }
        }
    }

    /// Ends every wait.
    /// - Returns: the connections that are still open.
    func release() -> [Connection] {
        let (waiters, connections) = state.withLock { state in
            defer { state.waiters = [] }
            state.isReleased = true
            return (state.waiters, Array(state.connections.values))
        }
        for waiter in waiters { waiter.resume() }
        return connections
    }
}
