import HTTPServer
import HTTPTypes
import Logging
import Synchronization
import Testing

/// Runs a server on a port of its own while `use` runs, and shuts it down afterwards; all connections have to end by themselves.
func withServer(
    limits: ServerLimits = .patient, _ responder: @escaping @Sendable (Request) async -> Response,
    use: (BoundAddress, Listener) async throws -> Void
) async throws {
    let listener = Listener(
        configuration: ServerConfiguration(host: "127.0.0.1", port: 0, limits: limits),
        logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }), responder: responder,
        refusal: { Response(status: $0.status, headers: [.contentType: "text/plain"], body: text("refused: \($0)")) })
    let address = try await listener.start()
    do {
        try await use(address, listener)
    } catch {
        await listener.shutdown(within: .zero)
        throw error
    }
    await listener.shutdown(within: .seconds(60))
    #expect(listener.counts.connections == 0)
}

extension ServerLimits {
    /// Without time limits worth the name: other tests may keep every processor busy for minutes.
    static var patient: ServerLimits {
        var limits = ServerLimits()
        limits.idleTimeout = .seconds(3600)
        limits.headerTimeout = .seconds(3600)
        limits.bodyTimeout = .seconds(3600)
        limits.writeTimeout = .seconds(3600)
        return limits
    }
}

func text(_ text: String) -> ResponseBody { .bytes(Array(text.utf8)) }

func ok(_ body: String) -> Response { Response(status: .ok, headers: [.contentType: "text/plain"], body: text(body)) }

/// Answers with the method, target and body, or with the error of the body.
@Sendable func echo(_ request: Request) async -> Response {
    do {
        let body = try await request.body.collect(upTo: 1 << 20)
        return ok("\(request.head.method) \(request.head.path ?? "") \(String(decoding: body, as: UTF8.self))")
    } catch {
        return Response(status: .contentTooLarge, headers: [:], body: text("\(error)"))
    }
}

/// A door that opens once.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func open() {
        let waiters = state.withLock { state in
            state.isOpen = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiters.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    /// Returns when the task that waits is cancelled.
    static func untilCancelled() async {
        let gate = Gate()
        await withTaskCancellationHandler {
            await gate.wait()
        } onCancel: {
            gate.open()
        }
    }
}
