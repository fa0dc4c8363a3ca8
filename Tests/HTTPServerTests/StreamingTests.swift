import HTTPServer
import HTTPTypes
import Synchronization
import TestSupport
import Testing

private let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

private func stream(_ produce: @escaping @Sendable (ResponseWriter) async throws -> Void) -> Response {
    Response(status: .ok, headers: [.contentType: "text/event-stream"], body: .stream(produce))
}

@Suite struct StreamingTests {
    @Test func streamsChunksAndKeepsTheConnection() async throws {
        try await withServer({ _ in
            stream { writer in
                for index in 0..<5 { try await writer.write(Array("data: \(index)\n\n".utf8)) }
                try await writer.write([])
            }
        }) { address, _ in
            let client = try RawClient(address)
            for _ in 0..<2 {
                await client.send(get)
                let response = try await client.receiveResponse()
                #expect(response.headers["transfer-encoding"] == "chunked")
                #expect(response.headers["content-length"] == nil)
                #expect(response.text == (0..<5).map { "data: \($0)\n\n" }.joined())
            }
            let old = try RawClient(address)
            await old.send("GET / HTTP/1.0\r\n\r\n")
            let response = try await old.receiveResponse()
            #expect(response.headers["transfer-encoding"] == nil)
            #expect(response.text == (0..<5).map { "data: \($0)\n\n" }.joined())
        }
    }

    @Test func theHeadIsSentBeforeTheFirstEvent() async throws {
        let gate = Gate()
        try await withServer({ _ in
            stream { writer in
                await gate.wait()
                try await writer.write(Array("late".utf8))
            }
        }) { address, _ in
            let client = try RawClient(address)
            await client.send(get)
            let head = await client.receive()
            #expect(String(decoding: head, as: UTF8.self).hasSuffix("\r\n\r\n"))
            gate.open()
            #expect(String(decoding: await client.receive(), as: UTF8.self).hasPrefix("4\r\nlate\r\n"))
        }
    }

    @Test func writesToAClientThatLeftThrow() async throws {
        let outcome = Mutex("")
        let done = Gate()
        try await withServer({ _ in
            stream { writer in
                defer { done.open() }
                let block = [UInt8](repeating: 1, count: 64 << 10)
                do {
                    // Far more than the system's buffers hold: without a client that reads, one of them has to fail.
                    for _ in 0..<4_096 { try await writer.write(block) }
                    outcome.withLock { $0 = "all written" }
                } catch {
                    outcome.withLock { $0 = "\(error)" }
                    throw error
                }
            }
        }) { address, _ in
            let client = try RawClient(address)
            await client.send(get)
            #expect(!(await client.receive()).isEmpty)
            client.close()
            await done.wait()
            #expect(outcome.withLock { $0 } == "\(BodyError.clientClosed)")
        }
    }

    @Test func handlersAreCancelledWhenTheClientLeaves() async throws {
        let started = Gate()
        let cancelled = [Gate(), Gate()]
        try await withServer({ request in
            if request.path == "/stream" {
                return stream { _ in
                    await Gate.untilCancelled()
                    cancelled[1].open()
                }
            }
            started.open()
            await Gate.untilCancelled()
            cancelled[0].open()
            return ok("nobody reads this")
        }) { address, _ in
            let waiting = try RawClient(address)
            await waiting.send(get)
            await started.wait()
            waiting.close()
            await cancelled[0].wait()
            let streaming = try RawClient(address)
            await streaming.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(!(await streaming.receive()).isEmpty)
            streaming.reset()
            await cancelled[1].wait()
        }
    }

    @Test func aStreamThatFailsDoesNotLookComplete() async throws {
        struct Broken: Error {}
        try await withServer({ _ in
            stream { writer in
                try await writer.write(Array("half".utf8))
                throw Broken()
            }
        }) { address, _ in
            let client = try RawClient(address)
            await client.send(get)
            await #expect(throws: RawClientError.self) { _ = try await client.receiveResponse() }
        }
    }

    @Test func writesOfSeveralTasksDoNotMix() async throws {
        try await withServer({ _ in
            stream { writer in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for task in 0..<8 {
                        group.addTask {
                            let line = [UInt8](repeating: UInt8(65 + task), count: 99_999) + [10]
                            for _ in 0..<8 { try await writer.write(line) }
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }) { address, _ in
            let client = try RawClient(address)
            await client.send(get)
            let lines = try await client.receiveResponse().text.split(separator: "\n")
            #expect(lines.count == 64)
            #expect(
                lines.allSatisfy { line in line.utf8.count == 99_999 && line.utf8.allSatisfy { $0 == line.utf8.first } }
            )
        }
    }
}
