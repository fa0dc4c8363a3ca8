import HTTPServer
import HTTPTypes
import Synchronization
import TestSupport
import Testing

private let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

@Suite struct ShutdownTests {
    @Test func requestsInFlightAreFinished() async throws {
        let (started, gate) = (Gate(), Gate())
        try await withServer({ _ in
            started.open()
            await gate.wait()
            return ok("finished")
        }) { address, listener in
            let idle = try RawClient(address)
            let busy = try RawClient(address)
            await busy.send(get)
            await started.wait()
            async let shutdown: Void = listener.shutdown(within: .seconds(60))
            // The idle connection ends while the other one is still at work.
            #expect(await idle.receiveAll().isEmpty)
            gate.open()
            let response = try await busy.receiveResponse()
            #expect(response.text == "finished")
            #expect(response.headers["connection"] == "close")
            busy.close()
            await shutdown
            #expect(throws: RawClientError.self) { _ = try RawClient(address) }
        }
    }

    @Test func whatIsLeftIsCancelled() async throws {
        let (started, cancelled) = (Gate(), Gate())
        try await withServer({ _ in
            started.open()
            await Gate.untilCancelled()
            cancelled.open()
            return ok("too late")
        }) { address, listener in
            let client = try RawClient(address)
            await client.send(get)
            await started.wait()
            await listener.shutdown(within: .zero)
            await cancelled.wait()
            #expect(await client.receiveAll().isEmpty)
            // The shutdown waited for nobody; the connection ends once its handler has.
            for _ in 0..<10_000_000 where listener.counts.connections > 0 { await Task.yield() }
        }
    }

    @Test func aServerWithoutConnectionsStopsAtOnce() async throws {
        try await withServer(echo) { _, listener in await listener.shutdown(within: .seconds(3_600)) }
    }
}
