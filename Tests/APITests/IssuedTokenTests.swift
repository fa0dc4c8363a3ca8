import API
import Foundation
import HTTPServer
import HTTPTypes
import Jobs
import OpenID
import Store
import TestSupport
import Testing

/// Requests with tokens of an OpenID Connect provider.
struct IssuedTokenTests {
    /// A service that takes tokens of an issuer, and that issuer.
    private struct Scene {
        let service: TestService
        let issuer: TestIssuer
        let key: SigningKey

        static func with(_ use: (Scene) async throws -> Void) async throws {
            let key = try await SigningKey.es256("a")
            let issuer = try TestIssuer([key])
            let scopes = ScopeNames(read: "cinegrad:read", submit: "cinegrad:submit", manage: "cinegrad:manage")
            try await TestService.with(
                .inProcess, limits: .standard, store: .standard, requiresToken: true,
                provider: IdentityProvider(verifier: issuer.verifier, scopes: scopes)
            ) { try await use(Scene(service: $0, issuer: issuer, key: key)) }
        }

        /// A token of an account.
        func token(_ subject: String, _ scopes: String, _ changes: [String: String?] = [:]) throws -> String {
            let claims = ["sub": "\"\(subject)\"", "scope": "\"\(scopes)\""].merging(changes) { $1 }
            return try key.token(TestIssuer.claims(claims, at: Int(Date().timeIntervalSince1970)))
        }

        func send(
            _ method: HTTPRequest.Method, _ path: String, _ token: String, type: String? = nil, _ body: [UInt8] = []
        ) async throws -> Answer {
            var headers: HTTPFields = [.authorization: "Bearer \(token)"]
            headers[.contentType] = type
            return try await service.request(method, path, headers: headers, body: body)
        }
    }

    @Test func scopesAreThoseOfTheMethod() async throws {
        try await Scene.with { scene in
            for operation in scene.service.contract.operations where operation.path.hasPrefix("/v1/") {
                let needed: TokenScope =
                    operation.path == "/v1/audit" ? .manage : operation.method == .get ? .read : .submit
                for scope in TokenScope.allCases {
                    let token = try scene.token("f3a1", "openid cinegrad:\(scope)")
                    let answer = try await scene.send(operation.method, operation.examplePath + "?nonsense=1", token)
                    let name = Comment(rawValue: "\(operation) \(scope)")
                    if scope == needed || scope == .manage {
                        #expect(answer.code == "request.unknown-parameter", name)
                    } else {
                        #expect(answer.status == 403 && answer.code == "access.scope-missing", name)
                        #expect(
                            answer.header("WWW-Authenticate")
                                == #"Bearer realm="cinegrad", error="insufficient_scope", scope="\#(needed.rawValue)""#,
                            name)
                    }
                }
            }
            for scopes in ["", "openid", "read", "cinegrad:reader", "CINEGRAD:READ"] {
                #expect(
                    try await scene.send(.get, "/v1/videos", scene.token("f3a1", scopes)).status == 403, "\(scopes)")
            }
        }
    }

    /// Why, in the words of the specification, and to the log nothing.
    @Test func whatIsNotTakenIsToldWhy() async throws {
        try await Scene.with { scene in
            let other = try await SigningKey.es256("a")
            let stranger = try await SigningKey.es256("b")
            let claims = TestIssuer.claims([:], at: Int(Date().timeIntervalSince1970))
            func changed(_ changes: [String: String?]) throws -> String {
                try scene.token("f3a1", "cinegrad:manage", changes)
            }
            let tokens: [(TokenRefusal, String)] = [
                (.tooLong, String(repeating: "a.b", count: 3000)), (.malformed, "a.b.c"),
                (.algorithm, try scene.key.token(header: #"{"alg":"none","kid":"a"}"#, claims: claims)),
                (.unknownKey, try stranger.token(claims)), (.signature, try other.token(claims)),
                (.issuer, try changed(["iss": "\"https://evil.example\""])),
                (.audience, try changed(["aud": "\"account\""])),
                (.noExpiry, try changed(["exp": nil])), (.expired, try changed(["exp": "1800"])),
                (.notYetValid, try changed(["nbf": "99999999999"])), (.noSubject, try changed(["sub": nil])),
            ]
            #expect(tokens.map(\.0) == TokenRefusal.allCases)
            for (refusal, token) in tokens {
                for path in ["/v1/videos", "/v1/audit"] {
                    let answer = try await scene.send(.get, path, token)
                    #expect(answer.status == 401 && answer.code == refusal.code, "\(refusal) \(answer.code ?? "")")
                    #expect(
                        answer.header("WWW-Authenticate")
                            == #"Bearer realm="cinegrad", error="invalid_token", error_description="\#(refusal)""#)
                    #expect(answer.detail == refusal.description && !answer.text.contains(token.suffix(12)))
                }
                #expect(try await scene.send(.get, "/healthz", token).status == 200)
            }
            let entries = try scene.service.store.auditLog(after: nil, limit: 100).records.map(\.entry)
            #expect(entries.count == 22 && entries.allSatisfy { $0.who == "unknown" && $0.outcome == .denied })
        }
    }

    @Test func thingsBelongToTheAccount() async throws {
        try await Scene.with { scene in
            let sample = try await scene.service.sample()
            func token(_ subject: String) throws -> String {
                // Each is another token of the account.
                try scene.token(subject, "cinegrad:read cinegrad:submit", ["jti": "\"\(UUID())\""])
            }
            let made = try await scene.send(
                .post, "/v1/videos", token("f3a1"), type: "application/octet-stream", sample)
            let id = try #require(try made.json["id"].string)
            #expect(made.status == 201)
            #expect(try await scene.send(.get, "/v1/videos/\(id)", token("f3a1")).status == 200)
            for method in [HTTPRequest.Method.get, .delete] {
                let answer = try await scene.send(method, "/v1/videos/\(id)", token("f3a2"))
                #expect(answer.status == 404 && answer.code == "video.not-found")
            }
            #expect(try await scene.send(.get, "/v1/videos", token("f3a2")).json["items"] == .array([]))
            // Nor to a token of the service, other than one that manages everything.
            let (own, manager) = (try scene.service.token([.read, .submit]), try scene.service.token([.manage]))
            #expect(try await scene.send(.get, "/v1/videos/\(id)", own).status == 404)
            #expect(try await scene.send(.get, "/v1/videos/\(id)", manager).status == 200)
            let head = try scene.token("f3a9", "cinegrad:manage")
            #expect(try await scene.send(.get, "/v1/videos/\(id)", head).status == 200)

            let audit = try await scene.send(.get, "/v1/audit", head).json["items"].array ?? []
            let hashes = try ["f3a1", "f3a2"].map { subject in
                try #require(audit.last { $0["who"].string?.hasSuffix(":\(subject)") == true }?["who"].string)
            }
            #expect(
                hashes[0].wholeMatch(of: /jwt:[0-9a-f]{32}:f3a1/) != nil && hashes[0].prefix(36) != hashes[1].prefix(36)
            )
            #expect(
                audit.map { "\($0["outcome"].string ?? "") \($0["who"].string ?? "")" } == [
                    "denied \(own.prefix(26))", "denied \(hashes[1])", "denied \(hashes[1])", "done \(hashes[0])",
                ])
        }
    }

    /// Of equal priorities each account has its turn, however many tokens it has.
    @Test func turnsAreOfAccounts() async throws {
        try await Scene.with { scene in
            let sample = try await scene.service.sample()
            let video = try await scene.send(
                .post, "/v1/videos", scene.token("a", "cinegrad:submit"), type: "application/octet-stream", sample)
            let request: JSON = [
                "video": try video.json["id"], "model": "moving-shapes-sides", "method": "gradient", "checks": [],
            ]
            var order: [String: String] = [:]
            for subject in ["a", "a", "a", "b"] {
                let token = try scene.token(subject, "cinegrad:manage", ["jti": "\"\(UUID())\""])
                let answer = try await scene.send(
                    .post, "/v1/explanations", token, type: "application/json", request.bytes)
                order[try #require(try answer.json["id"].string, "\(answer.text)")] = subject
            }
            var served: [String] = []
            while let job = try scene.service.store.claim(worker: "w", lease: .seconds(3600)) {
                served.append(order[job.id] ?? "")
            }
            #expect(served == ["a", "b", "a", "a"])
        }
    }

    @Test func withoutKeysOnlyOwnTokensAreTaken() async throws {
        try await Scene.with { scene in
            try scene.issuer.publish(text: Data("{}".utf8))
            let token = try scene.token("f3a1", "cinegrad:read")
            let answer = try await scene.send(.get, "/v1/videos", token)
            #expect(answer.status == 503 && answer.code == "access.jwt-keys-unavailable")
            #expect((Int(answer.header("Retry-After") ?? "") ?? 0) >= 1 && answer.header("WWW-Authenticate") == nil)
            #expect(try await scene.send(.get, "/v1/videos", scene.service.token([.read])).status == 200)
            #expect(scene.issuer.log.all.contains { $0.contains("could not be read") })
            #expect(scene.issuer.log.all.allSatisfy { !$0.contains(token.suffix(12)) })
            try scene.issuer.publish([scene.key])
            #expect(try await scene.send(.get, "/v1/videos", token).status == 200)
        }
    }

    @Test func withoutAnIssuerTheyAreNotOfThisService() async throws {
        let key = try await SigningKey.es256("a")
        let token = try key.token(TestIssuer.claims([:], at: Int(Date().timeIntervalSince1970)))
        try await TestService.with { service in
            let answer = try await service.request(
                .get, "/v1/videos", headers: [.authorization: "Bearer \(token)"], body: [])
            #expect(answer.status == 401 && answer.code == "access.token-invalid")
        }
    }
}
