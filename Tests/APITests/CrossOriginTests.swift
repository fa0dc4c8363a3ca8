import API
import HTTPTypes
import Store
import Testing

/// Pages of other origins.
struct CrossOriginTests {
    private static let viewer = "https://viewer.example.org:8443"

    private func with(_ origins: [String], use: (TestService) async throws -> Void) async throws {
        var limits = ServiceLimits.standard
        limits.crossOrigin = try #require(CrossOrigin(origins))
        try await TestService.with(.inProcess, limits: limits, store: .standard, use: use)
    }

    @Test func allowedPagesReadAnswersAndOthersDoNot() async throws {
        try await with([Self.viewer]) { service in
            let allowed = try await service.request(.get, "/version", headers: [.origin: Self.viewer], body: [])
            #expect(allowed.header("Access-Control-Allow-Origin") == Self.viewer)
            #expect(allowed.header("Access-Control-Expose-Headers")?.contains("ETag") == true)
            for origin in ["https://viewer.example.org", "http://viewer.example.org:8443", "null"] {
                let other = try await service.request(.get, "/version", headers: [.origin: origin], body: [])
                #expect(other.status == 200 && other.header("Access-Control-Allow-Origin") == nil, "\(origin)")
                #expect(other.header("Vary") == "Origin")
            }
            #expect(try await service.get("/version").header("Access-Control-Allow-Origin") == nil)
        }
    }

    @Test func browsersMayAskFirst() async throws {
        let question: HTTPFields = [.origin: Self.viewer, .accessControlRequestMethod: "DELETE"]
        try await with([Self.viewer]) { service in
            let answer = try await service.raw(.options, "/v1/videos/abc", headers: question)
            #expect(answer.status == 204 && answer.body.isEmpty)
            #expect(answer.header("Access-Control-Allow-Methods") == "GET, HEAD, DELETE")
            #expect(answer.header("Access-Control-Allow-Headers")?.contains("Idempotency-Key") == true)
            #expect(answer.header("Access-Control-Allow-Origin") == Self.viewer)
            // No question, another origin, no such address.
            #expect(try await service.raw(.options, "/v1/videos", headers: [.origin: Self.viewer]).status == 405)
            var other = question
            other[.origin] = "https://elsewhere.example.org"
            #expect(try await service.raw(.options, "/v1/videos", headers: other).status == 405)
            #expect(try await service.raw(.options, "/nowhere", headers: question).status == 404)
        }
        // Without a list there is nothing of the kind.
        try await TestService.with { service in
            let answer = try await service.raw(.options, "/v1/videos", headers: question)
            #expect(answer.status == 405 && answer.header("Vary") == nil)
        }
    }

    @Test(arguments: [
        "*", "https://", "example.org", "https://a/path", "https://A.example", "ftp://a", "https://a:123456", "",
    ])
    func whatIsNoOriginIsRefused(_ origin: String) { #expect(CrossOrigin([origin]) == nil) }
}
