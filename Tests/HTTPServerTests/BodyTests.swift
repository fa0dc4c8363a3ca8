import HTTPServer
import HTTPTypes
import Synchronization
import TestSupport
import Testing

private func put(_ fields: String) -> String { "PUT /up HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n" }

@Suite struct BodyTests {
    @Test func readsBothFramings() async throws {
        try await withServer(echo) { address, _ in
            let client = try RawClient(address)
            await client.send(put("Content-Length: 5") + "hello" + put("Transfer-Encoding: chunked"))
            #expect(try await client.receiveResponse().text == "PUT /up hello")
            await client.send("2\r\nhe\r\n3;x\r\nllo\r\n0\r\nT: v\r\n\r\n" + put("Content-Length: 0"))
            #expect(try await client.receiveResponse().text == "PUT /up hello")
            #expect(try await client.receiveResponse().text == "PUT /up ")
        }
    }

    @Test func malformedChunksReachTheHandlerAndEndTheConnection() async throws {
        try await withServer(echo) { address, _ in
            let client = try RawClient(address)
            await client.send(put("Transfer-Encoding: chunked") + "2\r\nhello\r\n0\r\n\r\n")
            let response = try await client.receiveResponse()
            #expect(response.text == "\(BodyError.malformedChunk)")
            #expect(response.headers["connection"] == "close")
            #expect(await client.receiveAll().isEmpty)
        }
    }

    @Test func continueIsSentWhenTheBodyIsAskedFor() async throws {
        let gate = Gate()
        try await withServer({ request in
            await gate.wait()
            return await echo(request)
        }) { address, _ in
            let client = try RawClient(address)
            await client.send(put("Content-Length: 5\r\nExpect: 100-continue"))
            gate.open()
            #expect(try await client.receiveResponse().status == 100)
            await client.send("hello")
            #expect(try await client.receiveResponse().text == "PUT /up hello")
            // The connection goes on, and a client that does not wait gets no invitation.
            await client.send(put("Content-Length: 5"))
            await client.send("again")
            #expect(try await client.receiveResponse().text == "PUT /up again")
        }
    }

    @Test func anUnwantedBodyIsNotInvited() async throws {
        try await withServer({ _ in ok("no") }) { address, _ in
            let client = try RawClient(address)
            await client.send(put("Content-Length: 5\r\nExpect: 100-continue"))
            let response = try await client.receiveResponse()
            #expect(response.text == "no")
            #expect(response.headers["connection"] == "close")
            #expect(await client.receiveAll().isEmpty)
        }
    }

    @Test func limitsAreTheHandlers() async throws {
        try await withServer({ request in
            do {
                return ok("\(try await request.body.collect(upTo: 5).count)")
            } catch {
                return Response(status: .contentTooLarge, headers: [:], body: text("\(error)"))
            }
        }) { address, _ in
            for (request, status) in [
                (put("Content-Length: 5") + "hello", 200), (put("Content-Length: 6") + "hello!", 413),
                // Refused by its promise: neither invited nor read.
                (put("Content-Length: 99999999999\r\nExpect: 100-continue"), 413),
                (put("Transfer-Encoding: chunked") + "6\r\nhello!\r\n0\r\n\r\n", 413),
                (put("Transfer-Encoding: chunked") + "5\r\nhello\r\n0\r\n\r\n", 200),
            ] {
                let client = try RawClient(address)
                await client.send(request)
                #expect(try await client.receiveResponse().status == status, "\(request)")
            }
        }
    }

    @Test func unreadBodiesAreSkippedOrEndTheConnection() async throws {
        var limits = ServerLimits.patient
        limits.unreadBodyBytes = 1_000
        try await withServer(limits: limits, { _ in ok("no") }) { address, _ in
            let client = try RawClient(address)
            let small = String(repeating: "x", count: 1_000)
            await client.send(
                put("Content-Length: 1000") + small + put("Transfer-Encoding: chunked") + "3e8\r\n\(small)\r\n0\r\n\r\n"
            )
            for _ in 0..<2 { #expect(try await client.receiveResponse().headers["connection"] == nil) }
            await client.send(put("Content-Length: 1001") + small + "x" + put("Content-Length: 0"))
            #expect(try await client.receiveResponse().headers["connection"] == "close")
            #expect(await client.receiveAll().isEmpty)

            let chunked = try RawClient(address)
            await chunked.send(
                put("Transfer-Encoding: chunked") + "3e9\r\nx\(small)\r\n0\r\n\r\n" + put("Content-Length: 0"))
            #expect(try await chunked.receiveResponse().text == "no")
            #expect(await chunked.receiveAll().isEmpty)
        }
    }

    @Test func aSlowHandlerStopsTheClient() async throws {
        let total = 64 << 20
        let received = Mutex(0)
        let sent = Mutex(0)
        let mostAhead = Mutex(0)
        let gate = Gate()
        var limits = ServerLimits.patient
        limits.bufferedBytes = 256 << 10
        try await withServer(
            limits: limits,
            { request in
                await gate.wait()
                do {
                    for try await piece in request.body {
                        let now = received.withLock { value in
                            value += piece.count
                            return value
                        }
                        let ahead = sent.withLock { $0 } - now
                        mostAhead.withLock { $0 = max($0, ahead) }
                        for _ in 0..<20 { await Task.yield() }
                    }
                    return ok("\(received.withLock { $0 })")
                } catch {
                    return Response(status: .badRequest, headers: [:], body: text("\(error)"))
                }
            }
        ) { address, listener in
            let client = try RawClient(address)
            await client.send(put("Content-Length: \(total)"))
            let block = [UInt8](repeating: 7, count: 64 << 10)
            for index in 0..<(total / block.count) {
                // The handler starts when the client has sent as much as one connection may hold.
                if index * block.count == 256 << 10 { gate.open() }
                #expect(await client.send(block) == block.count)
                sent.withLock { $0 += block.count }
            }
            #expect(try await client.receiveResponse().text == "\(total)")
            let peak = listener.counts.peakBufferedBytes
            #expect(peak > 0 && peak <= 256 << 10)
            // Beyond our buffer are only the system's, which do not grow to what was sent.
            #expect(mostAhead.withLock { $0 } < total / 2)
        }
    }

    @Test func aClientThatLeavesHalfWayIsNoticed() async throws {
        let errors = Mutex<[String]>([])
        let gates = [Gate(), Gate()]
        try await withServer({ request in
            do {
                return ok("\(try await request.body.collect(upTo: 1 << 20).count)")
            } catch {
                let count = errors.withLock { errors in
                    errors.append("\(error)")
                    return errors.count
                }
                gates[count - 1].open()
                return ok("nobody reads this")
            }
        }) { address, _ in
            let polite = try RawClient(address)
            await polite.send(put("Content-Length: 5") + "hel")
            polite.close()
            await gates[0].wait()
            let rude = try RawClient(address)
            await rude.send(put("Transfer-Encoding: chunked") + "5\r\nhel")
            rude.reset()
            await gates[1].wait()
            #expect(errors.withLock { $0 } == [String](repeating: "\(BodyError.clientClosed)", count: 2))
            let next = try RawClient(address)
            await next.send(put("Content-Length: 5") + "hello")
            #expect(try await next.receiveResponse().text == "5")
        }
    }

    @Test func aBodyDoesNotOutliveItsExchange() async throws {
        let kept = Mutex<RequestBody?>(nil)
        try await withServer({ request in
            if let old = kept.withLock({ $0 }) {
                do {
                    return ok("read \(try await old.collect(upTo: 100).count) bytes of another request")
                } catch {
                    return ok("\(error)")
                }
            }
            kept.withLock { $0 = request.body }
            return ok("kept")
        }) { address, _ in
            let client = try RawClient(address)
            await client.send(put("Content-Length: 5") + "hello" + put("Content-Length: 5") + "again")
            #expect(try await client.receiveResponse().text == "kept")
            #expect(try await client.receiveResponse().text == "\(BodyError.clientClosed)")
        }
    }
}
