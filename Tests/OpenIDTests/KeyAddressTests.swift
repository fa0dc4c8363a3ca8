import Foundation
import HTTPServer
import HTTPTypes
import OpenID
import Synchronization
import TestSupport
import Testing

/// Keys that another server has.
struct KeyAddressTests {
    private let log = LogRecorder()

    /// Serves what `answer` gives while `use` runs.
    private func serving(
        _ answer: @escaping @Sendable (HTTPRequest) -> Response, use: (String) async throws -> Void
    ) async throws {
        let listener = Listener(
            configuration: ServerConfiguration(host: "127.0.0.1", port: 0, limits: ServerLimits()),
            logger: log.logger, responder: { answer($0.head) },
            refusal: { Response(status: $0.status, headers: [:], body: .empty) })
        let address = try await listener.start()
        let result: Result<Void, any Error>
        do { result = .success(try await use("http://127.0.0.1:\(address.port)/keys")) } catch {
            result = .failure(error)
        }
        await listener.shutdown(within: .seconds(10))
        try result.get()
    }

    private func ring(_ address: String) -> KeyRing {
        KeyRing(source: .address(address, certificates: nil), refresh: .seconds(3600), logger: log.logger)
    }

    @Test func keysAreChangedWithoutARestart() async throws {
        let (old, new) = (try await SigningKey.es256("old"), try await SigningKey.eddsa("new"))
        let published = Mutex(try SigningKey.published([old]))
        let requests = Mutex<[HTTPRequest]>([])
        try await serving { head in
            requests.withLock { $0.append(head) }
            return Response(status: .ok, headers: [:], body: .bytes(Array(published.withLock { $0 })))
        } use: { address in
            let ring = ring(address)
            await ring.prepare()
            #expect(try await ring.keys(named: "old", at: .now) != nil)
            #expect(try await ring.keys(named: "new", at: .now) == nil)
            let next = try SigningKey.published([new])
            published.withLock { $0 = next }
            #expect(try await ring.keys(named: "new", at: .now) != nil)
            #expect(try await ring.keys(named: "old", at: .now) == nil)
        }
        let heads = requests.withLock { $0 }
        #expect(heads.count == 4 && heads.allSatisfy { $0.method == .get && $0.path == "/keys" })
        #expect(heads.allSatisfy { $0.headerFields[.accept] == "application/json" })
    }

    @Test(arguments: [
        (HTTPResponse.Status.notFound, "404"), (.found, "302"), (.internalServerError, "500"), (.noContent, "204"),
    ])
    func otherAnswersAreNoKeys(_ status: HTTPResponse.Status, _ told: String) async throws {
        let key = try SigningKey.published([try await .es256("a")])
        let paths = Mutex<[String]>([])
        try await serving { head in
            paths.withLock { $0.append(head.path ?? "") }
            let body = status == .noContent ? ResponseBody.empty : .bytes(Array(key))
            return Response(status: status, headers: status == .found ? [.location: "/elsewhere"] : [:], body: body)
        } use: { address in
            let ring = ring(address)
            await #expect(throws: KeysUnavailable.self) { try await ring.keys(named: "a", at: .now) }
        }
        #expect(log.all.contains { $0.contains("the address answers with HTTP status \(told)") })
        #expect(paths.withLock { $0 } == ["/keys"])
    }

    @Test func longAnswersAreCut() async throws {
        try await serving { _ in
            Response(status: .ok, headers: [:], body: .bytes(Array(repeating: 0x20, count: 4 << 20)))
        } use: { address in
            let ring = ring(address)
            await #expect(throws: KeysUnavailable.self) { try await ring.keys(named: "a", at: .now) }
        }
        #expect(log.all.contains { $0.contains("its answer is too long") })
    }

    @Test func whoIsNotThereIsTold() async throws {
        // Port 1 belongs to a service that nobody runs; what has no certificate is not talked to.
        let ring = ring("http://127.0.0.1:1/")
        await #expect(throws: KeysUnavailable.self) { try await ring.keys(named: "a", at: .now) }
        #expect(log.all.contains { $0.contains("nobody answers there") })
        try await serving { _ in
            Response(status: .ok, headers: [:], body: .empty)
        } use: { address in
            let ring = self.ring(address.replacing("http:", with: "https:"))
            await #expect(throws: KeysUnavailable.self) { try await ring.keys(named: "a", at: .now) }
        }
        #expect(log.all.contains { $0.contains("the connection is not safe") })
    }
}
