import API
import HTTPServer
import Logging

/// Listens on loopback, on a port of the system's choice, while `use` runs.
func withListener(
    _ service: Service, limits: ServerLimits, use: (BoundAddress) async throws -> Void
) async throws {
    let listener = Listener(
        configuration: ServerConfiguration(host: "127.0.0.1", port: 0, limits: limits),
        logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
        responder: service.respond, refusal: Service.refuse)
    let address = try await listener.start()
    let result: Result<Void, any Error>
    do { result = .success(try await use(address)) } catch { result = .failure(error) }
    await listener.shutdown(within: .seconds(10))
    try result.get()
}
