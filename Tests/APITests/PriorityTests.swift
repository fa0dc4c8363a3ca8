import HTTPTypes
import Store
import Testing

/// Who goes before whom.
struct PriorityTests {
    @Test func aPriorityIsAskedForInTheAddress() async throws {
        try await TestService.with { service in
            let request = try await service.tinyRequest()
            let normal = try await service.post("/v1/explanations", request).json
            let low = try await service.post("/v1/explanations?priority=low", request).json
            let high = try await service.post("/v1/explanations?priority=high", request).json
            #expect(normal["priority"].isNull && low["priority"] == "low" && high["priority"] == "high")
            func place(_ document: JSON) async throws -> JSON {
                try await service.get(#require(document["links"]["self"].string)).json["progress"]["queue_position"]
            }
            #expect(try await place(high) == 0)
            #expect(try await place(normal) == 1)
            #expect(try await place(low) == 2)
            #expect(
                try await service.post("/v1/explanations?priority=urgent", request).code == "request.invalid-parameter")
        }
    }

    @Test func goingBeforeOthersIsManaged() async throws {
        try await TestService.with { service in
            let request: JSON = ["model": "moving-shapes-sides", "dry_run": true]
            for (scope, priority, status) in [
                (TokenScope.submit, "high", 403), (.submit, "normal", 200), (.submit, "low", 200),
                (.manage, "high", 200),
            ] {
                let answer = try await service.request(
                    .post, "/v1/explanations?priority=\(priority)",
                    headers: [
                        .contentType: "application/json", .authorization: "Bearer \(try service.token([scope]))",
                    ],
                    body: request.bytes)
                #expect(answer.status == status, "\(scope) \(priority)")
                if status == 403 { #expect(answer.code == "access.scope-missing") }
            }
        }
    }

    @Test func aKeyStandsForOnePriority() async throws {
        try await TestService.with { service in
            let request = try await service.tinyRequest()
            func post(_ priority: String) async throws -> Answer {
                try await service.post("/v1/explanations?priority=\(priority)", request, key: "k")
            }
            let first = try await post("low")
            #expect(try await post("low").json["id"] == (try first.json["id"]))
            #expect(try await post("normal").code == "request.idempotency-conflict")
        }
    }
}
