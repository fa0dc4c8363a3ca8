import Foundation
import Store
import Testing

/// Asking for a webhook.
struct WebhookRequestTests {
    @Test func anAddressThatIsAllowedIsKeptWithTheExplanation() async throws {
        try await TestService.with { service in
            let request = try await service.tinyRequest()
            let answer = try await service.post(
                "/v1/explanations?webhook=https://pacs.example.org/done?a%3D1", request)
            #expect(answer.status == 202)
            let id = try #require(try answer.json["id"].string)
            #expect(try await service.delete("/v1/explanations/\(id)").status == 200)
            let due = try service.store.dueWebhooks(at: Date(), limit: 9)
            #expect(due.map(\.explanation.id) == [id])
            #expect(due.map(\.url) == ["https://pacs.example.org/done?a=1"])
            #expect(due.map(\.explanation.state) == [.cancelled])
            // With the explanation it goes.
            #expect(try await service.delete("/v1/explanations/\(id)").status == 204)
            #expect(try service.store.dueWebhooks(at: Date(), limit: 9).isEmpty)
        }
    }

    @Test func othersAreNotAndNothingIsQueued() async throws {
        try await TestService.with { service in
            let request = try await service.tinyRequest()
            for url in ["http://pacs.example.org/", "https://pacs.example.org.evil.org/", "https://localhost/", ""] {
                let answer = try await service.post("/v1/explanations?webhook=\(url)", request)
                #expect(answer.status == 422 && answer.code == "webhook.not-allowed", "\(url)")
            }
            #expect(try await service.get("/v1/explanations").json["items"] == [])
        }
    }

    @Test func aKeyStandsForOneAddress() async throws {
        try await TestService.with { service in
            let request = try await service.tinyRequest()
            func post(_ path: String) async throws -> Answer {
                try await service.post(
                    "/v1/explanations?webhook=https://pacs.example.org/\(path)", request, key: "k")
            }
            let first = try await post("a")
            #expect(try await post("a").json["id"] == (try first.json["id"]))
            #expect(try await post("b").code == "request.idempotency-conflict")
        }
    }
}
