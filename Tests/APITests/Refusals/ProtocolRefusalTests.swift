import HTTPServer
import HTTPTypes
import TestSupport
import Testing

/// Refusals of the transport, as the service answers them over a connection.
struct ProtocolRefusalTests {
    /// Short ones for requests that never end, and such that other work on the machine cannot reach for those that do.
    private static func limits(_ refusal: ProtocolRefusal) -> ServerLimits {
        let timeout: Duration = refusal.end == .silent ? .seconds(1) : .seconds(3600)
        var limits = ServerLimits()
        limits.headerTimeout = timeout
        limits.bodyTimeout = timeout
        return limits
    }

    @Test(arguments: ProtocolRefusal.all) func refusesAndGoesOn(_ refusal: ProtocolRefusal) async throws {
        try await TestService.with { service in
            try await withListener(service.service, limits: Self.limits(refusal)) { address in
                let client = try RawClient(port: address.port)
                await client.send(refusal.bytes)
                if refusal.end == .halfClosed { client.finishSending() }
                try expect(Answer(try await client.receiveResponse()), refusal, service)
                #expect(try service.keptFiles() == [])
                try await expectHealth(address)
            }
        }
    }

    @Test func oneConnectionTooManyIsRefused() async throws {
        var limits = ServerLimits()
        limits.connectionsPerAddress = 1
        try await TestService.with { service in
            try await withListener(service.service, limits: limits) { address in
                let first = try RawClient(port: address.port)
                await first.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try await first.receiveResponse().status == 200)
                let second = try RawClient(port: address.port)
                let answer = Answer(try await second.receiveResponse())
                #expect(answer.status == 503 && answer.code == "http.too-many-connections")
                #expect(answer.header("Retry-After") == "1")
                // The first one is not troubled by that.
                await first.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try await first.receiveResponse().status == 200)
            }
        }
    }

    private func expect(_ answer: Answer, _ refusal: ProtocolRefusal, _ service: TestService) throws {
        let example = service.contract.root["components"]["examples"][refusal.code]["value"]
        #expect(answer.code == refusal.code, "\(answer.text)")
        #expect(answer.status == example["status"].int)
        #expect(answer.detail.contains(refusal.tells), "\(answer.detail)")
        let refused = try service.contract.resolve(["$ref": "#/components/responses/Refused"])
        if refusal.code.hasPrefix("http.") {
            #expect(try service.contract.bodyViolations(answer, refused, to: .get) == [])
        } else {
            #expect(try service.contract.violations(answer, to: .post, "/v1/videos") == [])
        }
    }

    private func expectHealth(_ address: BoundAddress) async throws {
        let client = try RawClient(port: address.port)
        await client.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try await client.receiveResponse().status == 200)
    }
}
