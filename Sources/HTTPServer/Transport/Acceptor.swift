import Dispatch
import Logging

/// Takes new connections from the listening socket and gives them to the loops in turn.
actor Acceptor {
    private nonisolated let loop: Loop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let context: ConnectionContext
    private let loops: [Loop]
    private var next = 0
    private var descriptor: Descriptor?
    private var source: (any DispatchSourceRead)?
    private var isPaused = false

    /// Accepted in one event, so that a flood does not keep the queue.
    private static let batch = 64

    init(loop: Loop, loops: [Loop], context: ConnectionContext) {
        self.loop = loop
        self.loops = loops
        self.context = context
    }

    func start(_ descriptor: Descriptor) {
        self.descriptor = descriptor
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor.number, queue: loop.queue)
        source.setEventHandler { [weak self] in self?.assumeIsolated { $0.acceptBatch() } }
        source.setCancelHandler { withExtendedLifetime(descriptor) {} }
        self.source = source
        source.resume()
    }

    func stop() {
        if isPaused { source?.resume() }
        isPaused = false
        source?.cancel()
        source = nil
        descriptor = nil
    }

    private func acceptBatch() {
        guard let descriptor else { return }
        for _ in 0..<Self.batch {
            switch ListeningSocket.accept(descriptor) {
            case .none: return
            case .exhausted: return pause()
            case .connection(let connection, let remoteAddress): admit(connection, remoteAddress)
            }
        }
    }

    private func admit(_ descriptor: Descriptor, _ remoteAddress: String) {
        let isRefused: Bool
        switch context.registry.admit(remoteAddress) {
        case .admitted: isRefused = false
        case .refused: isRefused = true
        case .dropped: return
        }
        next = (next + 1) % loops.count
        let connection = Connection(
            loop: loops[next], descriptor: descriptor, remoteAddress: remoteAddress, context: context)
        connection.loop.queue.async { connection.assumeIsolated { $0.begin(isRefused: isRefused) } }
    }

    /// Without descriptors the socket stays readable; asking again at once would only burn time.
    private func pause() {
        guard !isPaused, let source else { return }
        context.logger.warning("no descriptors left for new connections")
        isPaused = true
        source.suspend()
        loop.queue.asyncAfter(deadline: .now() + .milliseconds(100)) { [weak self] in
            self?.assumeIsolated { $0.goOn() }
        }
    }

    private func goOn() {
        guard isPaused else { return }
        isPaused = false
        source?.resume()
    }
}
