import Foundation
import HTTPServer
import HTTPTypes
import Logging
import Synchronization
import TestSupport
import Testing

private let get = "GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n"

@Suite struct ListenerTests {
    @Test func answersAndKeepsTheConnection() async throws {
        try await withServer(echo) { address, listener in
            let client = try RawClient(address)
            for _ in 0..<3 {
                await client.send(get)
                let response = try await client.receiveResponse()
                #expect(response.status == 200)
                #expect(response.text == "GET /a?b=c ")
                #expect(response.headers["connection"] == nil)
                #expect(response.headers["content-type"] == "text/plain")
                #expect(response.headers["date"]?.hasSuffix(" GMT") == true)
            }
            #expect(listener.counts.accepted == 1)
        }
    }

    @Test func answersPipelinedRequestsInOrderOneAtATime() async throws {
        let running = Mutex((now: 0, most: 0))
        let responder: @Sendable (Request) async -> Response = { request in
            running.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
            for _ in 0..<10 { await Task.yield() }
            running.withLock { $0.now -= 1 }
            return ok(request.path)
        }
        try await withServer(responder) { address, _ in
            let client = try RawClient(address)
            let texts = (0..<50).map { "/\($0)" }
            await client.send(texts.map { "GET \($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined())
            client.finishSending()
            for text in texts { #expect(try await client.receiveResponse().text == text) }
            #expect(await client.receiveAll().isEmpty)
            #expect(running.withLock { $0.most } == 1)
        }
    }

    @Test func requestsMayArriveByteByByte() async throws {
        try await withServer(echo) { address, _ in
            let client = try RawClient(address)
            for byte in "PUT /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n".utf8 {
                await client.send([byte])
            }
            #expect(try await client.receiveResponse().text == "PUT /x abc")
        }
    }

    @Test func headHasTheHeadersOfGetAndNoBody() async throws {
        try await withServer({ _ in ok("twelve bytes") }) { address, _ in
            let client = try RawClient(address)
            await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\nHEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
            var whole = try await client.receiveResponse()
            var head = try await client.receiveResponse(toHead: true)
            whole.headers["date"] = nil
            head.headers["date"] = nil
            #expect(head.headers == whole.headers)
            #expect(head.headers["content-length"] == "12")
            await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await client.receiveResponse().text == "twelve bytes")
        }
    }

    @Test func refusesWithTheBodyOfTheHookAndCloses() async throws {
        let table: [(String, Int)] = [
            ("GET / HTTP/1.1\n\n", 400), ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/3.0\r\n\r\n", 505),
            ("GET /" + String(repeating: "a", count: 9_000) + " HTTP/1.1\r\n", 414),
            ("GET / HTTP/1.1\r\nX: " + String(repeating: "a", count: 17_000), 431),
            ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
            ("GET / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n", 417),
        ]
        try await withServer(echo) { address, _ in
            for (request, status) in table {
                let client = try RawClient(address)
                await client.send(request + String(repeating: "z", count: 100_000))
                let response = try await client.receiveResponse()
                #expect(response.status == status)
                #expect(response.text.hasPrefix("refused: "))
                #expect(response.headers["connection"] == "close")
                #expect(await client.receiveAll().isEmpty)
            }
        }
    }

    @Test func closesWhenAskedTo() async throws {
        try await withServer({ request in
            request.path == "/close"
                ? Response(status: .ok, headers: [.connection: "close"], body: .empty) : ok("x")
        }) { address, _ in
            for request in [
                "GET /close HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                "GET / HTTP/1.0\r\n\r\n",
            ] {
                let client = try RawClient(address)
                await client.send(request)
                #expect(try await client.receiveResponse().headers["connection"] == "close")
                #expect(await client.receiveAll().isEmpty)
            }
        }
    }

    @Test func handlersCannotForgeTheFraming() async throws {
        let headers: HTTPFields = [
            .contentLength: "3", .transferEncoding: "chunked", .date: "today", .server: "a\r\nX-Injected: b",
        ]
        try await withServer({ _ in Response(status: .ok, headers: headers, body: text("12345")) }) { address, _ in
            let client = try RawClient(address)
            await client.send(get)
            let response = try await client.receiveResponse()
            #expect(response.text == "12345")
            #expect(response.headers["content-length"] == "5")
            #expect(response.headers["transfer-encoding"] == nil)
            #expect(response.headers["date"] != "today")
            #expect(response.headers["x-injected"] == nil)
        }
    }

    @Test func responsesWithoutContentHaveNoLength() async throws {
        try await withServer({ request in
            Response(status: request.path == "/204" ? .noContent : .notModified, headers: [:], body: text("never sent"))
        }) { address, _ in
            let client = try RawClient(address)
            for path in ["/204", "/304"] {
                await client.send("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
                let response = try await client.receiveResponse()
                #expect("/\(response.status)" == path)
                #expect(response.headers["content-length"] == nil)
            }
        }
    }

    @Test func sendsPartsOfFiles() async throws {
        let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        try await withServer({ request in
            let (offset, length) = (Int(request.query.first("o") ?? "") ?? 0, Int(request.query.first("n") ?? "") ?? 0)
            let url = request.path == "/gone" ? file.appending(path: "gone") : file
            return Response(status: .ok, headers: [:], body: .file(url, offset: offset, length: length))
        }) { address, _ in
            let client = try RawClient(address)
            for (offset, length) in [(0, 300_000), (7, 200_001), (299_999, 1), (5, 0)] {
                await client.send("GET /?o=\(offset)&n=\(length) HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try await client.receiveResponse().body == Array(bytes[offset..<(offset + length)]))
            }
            await client.send("GET /gone HTTP/1.1\r\nHost: a\r\n\r\n")
            let gone = try await client.receiveResponse()
            #expect(gone.status == 500)
            #expect(gone.text == "refused: the response cannot be sent")
            // A file that is shorter than promised must not look complete.
            await client.send("GET /?o=0&n=300001 HTTP/1.1\r\nHost: a\r\n\r\n")
            await #expect(throws: RawClientError.self) { _ = try await client.receiveResponse() }
        }
    }

    @Test func startErrorsSayWhatToChange() async throws {
        func listener(_ host: String, _ port: Int) -> Listener {
            Listener(
                configuration: ServerConfiguration(host: host, port: port, limits: .patient),
                logger: Logger(label: "test"), responder: echo,
                refusal: { Response(status: $0.status, headers: [:], body: .empty) })
        }
        try await withServer(echo) { address, running in
            await #expect(throws: ListenerError.addressInUse(host: "127.0.0.1", port: address.port)) {
                try await listener("127.0.0.1", address.port).start()
            }
            await #expect(throws: ListenerError.alreadyStarted) { try await running.start() }
        }
        await #expect(throws: ListenerError.invalidAddress(host: "192.0.2.1", port: 0)) {
            try await listener("192.0.2.1", 0).start()
        }
        await #expect(throws: ListenerError.invalidAddress(host: "127.0.0.1", port: 65_536)) {
            try await listener("127.0.0.1", 65_536).start()
        }
    }

    @Test func connectionsOverTheLimitAreToldSo() async throws {
        var limits = ServerLimits.patient
        limits.connections = 2
        try await withServer(limits: limits, echo) { address, listener in
            let clients = try (0..<2).map { _ in try RawClient(address) }
            for client in clients {
                await client.send(get)
                #expect(try await client.receiveResponse().status == 200)
            }
            let third = try RawClient(address)
            await third.send(get)
            let response = try await third.receiveResponse()
            #expect(response.status == 503)
            #expect(response.headers["connection"] == "close")
            #expect(await third.receiveAll().isEmpty)
            #expect(listener.counts.refused == 1)
            await clients[0].send(get)
            #expect(try await clients[0].receiveResponse().status == 200)
        }
    }

    @Test func closedConnectionsHoldNoDescriptors() async throws {
        try await withServer({ _ in
            Response(
                status: .ok, headers: [:],
                body: .stream { writer in
                    for _ in 0..<64 { try await writer.write([UInt8](repeating: 1, count: 64 << 10)) }
                })
        }) { address, _ in
            // Some end properly, some by a reset in the middle of a response that had to wait for room.
            for index in 0..<1_000 {
                let client = try RawClient(address)
                await client.send(get)
                _ = await client.receive()
                if index.isMultiple(of: 2) { client.reset() }
            }
        }
        let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        // Each connection that leaked would count; other tests hold a few dozen meanwhile.
        #expect(open < 500)
    }
}
