import API
import Foundation
import HTTPServer
import HTTPTypes
import Store
import Testing

/// Requests with and without tokens.
struct TokenTests {
    private static func with(_ use: (TestService) async throws -> Void) async throws {
        try await TestService.with(
            .inProcess, limits: .standard, store: .standard, requiresToken: true, use: use)
    }

    private func send(
        _ method: HTTPRequest.Method, _ path: String, _ credentials: String?, to service: TestService
    ) async throws -> Answer {
        var headers: HTTPFields = [:]
        headers[.authorization] = credentials
        return try await service.request(method, path, headers: headers, body: [])
    }

    private static let challenges = [
        "access.token-missing": #"Bearer realm="cinegrad""#,
        "access.token-invalid": #"Bearer realm="cinegrad", error="invalid_token""#,
    ]

    @Test func everyRouteButThoseAboutTheServiceTakesOne() async throws {
        try await Self.with { service in
            let open = ["/", "/healthz", "/readyz", "/version", "/openapi.yaml", "/sample.mp4"]
            let expired = try service.token([.manage], days: -1)
            for operation in service.contract.operations {
                for credentials in [nil, "Bearer tok_1", "Basic YTpi", "Bearer", "Bearer a b", "", "Bearer \(expired)"]
                {
                    let answer = try await send(operation.method, operation.examplePath, credentials, to: service)
                    let name = Comment(rawValue: "\(operation) \(credentials ?? "(none)")")
                    if open.contains(operation.path) {
                        #expect(answer.status == 200, name)
                    } else {
                        let code = credentials == nil ? "access.token-missing" : "access.token-invalid"
                        #expect(answer.status == 401 && answer.code == code, name)
                        #expect(answer.header("WWW-Authenticate") == Self.challenges[code], name)
                    }
                }
            }
        }
    }

    @Test func scopesAreThoseOfTheMethod() async throws {
        try await Self.with { service in
            let tokens = try Dictionary(uniqueKeysWithValues: TokenScope.allCases.map { ($0, try service.token([$0])) })
            var denied: Set<TokenScope> = []
            for operation in service.contract.operations where operation.path.hasPrefix("/v1/") {
                let scope: TokenScope =
                    operation.path == "/v1/audit" ? .manage : operation.method == .get ? .read : .submit
                for (other, token) in tokens {
                    let answer = try await send(
                        operation.method, operation.examplePath + "?nonsense=1", "bearer \(token)", to: service)
                    let name = Comment(rawValue: "\(operation) \(other)")
                    if other == scope || other == .manage {
                        #expect(answer.code == "request.unknown-parameter", name)
                    } else {
                        #expect(answer.status == 403 && answer.code == "access.scope-missing", name)
                        #expect(
                            answer.header("WWW-Authenticate")
                                == #"Bearer realm="cinegrad", error="insufficient_scope", scope="\#(scope.rawValue)""#,
                            name)
                        denied.insert(scope)
                    }
                }
            }
            #expect(denied == Set(TokenScope.allCases))
        }
    }

    @Test func aRevokedTokenEndsAtOnce() async throws {
        try await Self.with { service in
            let token = try service.token([.read])
            #expect(try await send(.get, "/v1/videos", "Bearer \(token)", to: service).status == 200)
            _ = try service.store.revokeToken(id: String(token.prefix(26)))
            #expect(try await send(.get, "/v1/videos", "Bearer \(token)", to: service).status == 401)
        }
    }

    @Test func onThisMachineNoneIsNeededAndAWrongOneIsRefused() async throws {
        try await TestService.with { service in
            #expect(try await service.get("/v1/videos").status == 200)
            #expect(try await send(.get, "/v1/videos", "Bearer tok_1", to: service).status == 401)
            let token = try service.token([.submit])
            #expect(try await send(.get, "/v1/videos", "Bearer \(token)", to: service).status == 403)
        }
    }

    @Test func denialsArePutDownWithWhoWasDenied() async throws {
        try await Self.with { service in
            let reader = try service.token([.read])
            _ = try await send(.get, "/v1/videos", nil, to: service)
            _ = try await send(.delete, "/v1/videos/none", "Bearer \(reader)", to: service)
            _ = try await send(.get, "/v1/videos", "Bearer \(reader)", to: service)
            let entries = try service.store.auditLog(after: nil, limit: 9).records.map(\.entry)
            #expect(entries.map(\.who) == [String(reader.prefix(26)), "unknown"])
            #expect(entries.map(\.action) == ["DELETE /v1/videos/{id}", "GET /v1/videos"])
            #expect(entries.allSatisfy { $0.outcome == .denied })
        }
    }

    @Test func strangersDoNotFillTheLog() async throws {
        try await Self.with { service in
            let reader = try service.token([.read])
            for _ in 0..<250 { _ = try await send(.get, "/v1/videos", nil, to: service) }
            for _ in 0..<2 { _ = try await send(.delete, "/v1/videos/none", "Bearer \(reader)", to: service) }
            let entries = try service.store.auditLog(after: nil, limit: 500).records.map(\.entry)
            // Twice as many when a minute ended meanwhile.
            #expect([100, 200].contains(entries.count { $0.who == "unknown" }))
            #expect(entries.count { $0.who != "unknown" } == 2)
        }
        let (allowance, start) = (StrangerAllowance(), ContinuousClock.now)
        let taken = (0..<300).map { allowance.takes(at: start + .milliseconds(300 * $0)) }
        // The first 100 of each minute of 200.
        #expect(taken.indices.filter { taken[$0] } == Array(0..<100) + Array(200..<300))
    }
}

extension TestService {
    /// Makes a token.
    func token(_ scopes: Set<TokenScope>, days: Double = 1) throws -> String {
        try store.createToken(name: "test", scopes: scopes, expiresAt: Date() + days * 86_400).token
    }
}
