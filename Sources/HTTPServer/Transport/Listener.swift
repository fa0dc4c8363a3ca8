import Dispatch
import Foundation
package import Logging
import Synchronization

/// An HTTP/1.1 server on one address.
///
/// Requests of a connection are handled one after the other, in a task of the connection that is cancelled when the client closes its side: a
/// client that wants an answer keeps its side open.
package final class Listener: Sendable {
    private let configuration: ServerConfiguration
    private let context: ConnectionContext
    private let loops: [Loop]
    private let acceptor: Acceptor
    private let wasStarted = Mutex(false)
    private let ticker: Ticker

    /// - Parameters:
    ///   - responder: answers every request that was understood.
    ///   - refusal: makes the answer to one that was not; its status should be ``ProtocolError/status``.
    package init(
        configuration: ServerConfiguration, logger: Logger, responder: @escaping @Sendable (Request) async -> Response,
        refusal: @escaping @Sendable (ProtocolError) -> Response
    ) {
        self.configuration = configuration
        context = ConnectionContext(
            limits: configuration.limits, logger: logger, responder: responder, refusal: refusal,
            registry: ConnectionRegistry(limits: configuration.limits))
        loops = (0..<max(2, ProcessInfo.processInfo.activeProcessorCount)).map(Loop.init)
        acceptor = Acceptor(loop: Loop(index: loops.count), loops: loops, context: context)
        ticker = Ticker(loops: loops)
    }

    /// Connections now and since the start.
    package var counts: ListenerCounts { context.registry.counts }

    /// Listens from now on; clients may connect when it returns.
    /// - Throws: ``ListenerError``.
    package func start() async throws -> BoundAddress {
        let isFirst = wasStarted.withLock { wasStarted in
            defer { wasStarted = true }
            return !wasStarted
        }
        guard isFirst else { throw ListenerError.alreadyStarted }
        let descriptor = try ListeningSocket.open(host: configuration.host, port: configuration.port)
        let address = try ListeningSocket.address(of: descriptor)
        for loop in loops { try loop.open() }
        await ticker.start(every: configuration.limits.tick)
        await acceptor.start(descriptor)
        return address
    }

    /// Takes no new connections, closes the idle ones, and returns when the requests in flight are answered or `duration` has passed; what
    /// is left then is cancelled and closed.
    package func shutdown(within duration: Duration) async {
        await acceptor.stop()
        for connection in context.registry.beginShutdown() { await connection.drain() }
        let registry = context.registry
        let guillotine = Task {
            try await Task.sleep(for: duration)
            for connection in registry.release() { await connection.abort() }
        }
        await registry.waitUntilEmpty()
        // When the time was up this changes nothing; the closing goes on until each connection has heard of it.
        guillotine.cancel()
        _ = await guillotine.result
        await ticker.stop()
    }
}

/// Looks at the deadlines of all loops at intervals.
private actor Ticker {
    private let loops: [Loop]
    private var timers: [any DispatchSourceTimer] = []

    init(loops: [Loop]) { self.loops = loops }

    func start(every interval: Duration) {
        let milliseconds = max(1, Int(interval / .milliseconds(1)))
        for loop in loops {
            let timer = DispatchSource.makeTimerSource(queue: loop.queue)
            timer.schedule(
                deadline: .now() + .milliseconds(milliseconds), repeating: .milliseconds(milliseconds),
                leeway: .milliseconds(milliseconds / 4))
            timer.setEventHandler { [weak loop] in loop?.tick() }
            timer.resume()
            timers.append(timer)
        }
    }

    func stop() {
        for timer in timers { timer.cancel() }
        timers = []
    }
}
