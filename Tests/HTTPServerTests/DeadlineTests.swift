import HTTPServer
import HTTPTypes
import Synchronization
import TestSupport
import Testing

/// Ends by deadline: the clients wait for the server, however long that takes.
@Suite struct DeadlineTests {
    /// Only what a test is about ends soon: a busy machine may keep a client waiting before it has sent anything.
    private func limits(_ change: (inout ServerLimits) -> Void) -> ServerLimits {
        var limits = ServerLimits()
        limits.idleTimeout = .seconds(3_600)
        limits.headerTimeout = .seconds(3_600)
        limits.bodyTimeout = .seconds(3_600)
        limits.writeTimeout = .seconds(3_600)
        limits.lingerTimeout = .milliseconds(40)
        change(&limits)
        return limits
    }

    @Test func aSlowHeaderIsRefused() async throws {
        try await withServer(limits: limits { $0.headerTimeout = .milliseconds(40) }, echo) { address, _ in
            let client = try RawClient(address)
            await client.send("GET / HTTP/1.1\r\nHo")
            let response = try await client.receiveResponse()
            #expect(response.status == 408)
            #expect(response.headers["connection"] == "close")
        }
    }

    @Test func anIdleConnectionIsClosedWithoutAWord() async throws {
        try await withServer(limits: limits { $0.idleTimeout = .seconds(4) }, echo) { address, _ in
            let silent = try RawClient(address)
            #expect(await silent.receiveAll().isEmpty)
            let once = try RawClient(address)
            await once.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await once.receiveResponse().status == 200)
            #expect(await once.receiveAll().isEmpty)
        }
    }

    @Test func aSlowBodyReachesTheHandler() async throws {
        try await withServer(limits: limits { $0.bodyTimeout = .milliseconds(40) }, echo) { address, _ in
            let client = try RawClient(address)
            await client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel")
            let response = try await client.receiveResponse()
            #expect(response.text == "\(BodyError.timedOut)")
            #expect(response.headers["connection"] == "close")
            #expect(await client.receiveAll().isEmpty)
        }
    }

    @Test func aBodyThatTricklesReachesTheHandlerTooSlowly() async throws {
        // Any wait is too long for this rate, and no time passes between two arrivals that would be.
        let limits = limits {
            $0.bodyRateGrace = .zero
            $0.bodyBytesPerSecond = .max
        }
        try await withServer(limits: limits, echo) { address, _ in
            let client = try RawClient(address)
            await client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\nExpect: 100-continue\r\n\r\n")
            // Asked for, so that the server is waiting.
            #expect(try await client.receiveResponse().status == 100)
            for _ in 0..<3 { await client.send("x") }
            let response = try await client.receiveResponse()
            #expect(response.text == "\(BodyError.timedOut)")
            #expect(response.headers["connection"] == "close")
        }
    }

    @Test func aClientThatDoesNotReadIsGivenUp() async throws {
        let outcome = Mutex("")
        let done = Gate()
        let responder: @Sendable (Request) async -> Response = { _ in
            Response(
                status: .ok, headers: [:],
                body: .stream { writer in
                    defer { done.open() }
                    do {
                        for _ in 0..<4_096 { try await writer.write([UInt8](repeating: 1, count: 64 << 10)) }
                    } catch {
                        outcome.withLock { $0 = "\(error)" }
                        throw error
                    }
                })
        }
        try await withServer(limits: limits { $0.writeTimeout = .milliseconds(40) }, responder) { address, _ in
            let client = try RawClient(address)
            await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            await done.wait()
            #expect(outcome.withLock { $0 } == "\(BodyError.timedOut)")
            client.close()
        }
    }

    @Test func aSlowHandlerIsNotADeadline() async throws {
        // The handler lets another connection time out before it answers.
        let gate = Gate()
        try await withServer(
            limits: limits { $0.idleTimeout = .seconds(4) },
            { _ in
                await gate.wait()
                return ok("done")
            }
        ) { address, _ in
            let client = try RawClient(address)
            await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(await (try RawClient(address)).receiveAll().isEmpty)
            gate.open()
            #expect(try await client.receiveResponse().text == "done")
        }
    }
}
