import Foundation
import TestSupport
import Testing

/// `cinegrad tokens`, beside a service that takes nobody without one.
struct TokensCommandTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func tokens(
        _ arguments: String..., expecting status: Int32 = 0, at location: SourceLocation = #_sourceLocation
    ) async throws -> (output: String, errors: String) {
        let data = directory.url.appending(path: "data").path
        let (ending, output, errors) = try await BuiltBinary.end(
            ["tokens"] + arguments, environment: ["CINEGRAD_DATA_DIRECTORY": data], in: directory)
        #expect(ending == .exit(status), "\(output)\(errors)", sourceLocation: location)
        return (output, errors)
    }

    private func start() async throws -> ServiceProcess {
        try await ServiceProcess.start(in: directory, environment: ["CINEGRAD_SERVER_TLS_IN_FRONT": "true"])
    }

    @Test func aTokenOpensTheServiceUntilItIsRevoked() async throws {
        #expect(try await tokens("list").output == "there are no tokens\n")
        let manager = try await token("first", "--scope", "manage")
        let service = try await start()
        try await service.curl("/healthz", [], expecting: 200)
        let refused = try await service.curl("/v1/videos", [], expecting: 401)
        #expect(refused.headers["www-authenticate"] == "Bearer realm=\"cinegrad\"")
        try await service.curl("/v1/videos", bearer(manager), expecting: 200)

        let viewer = try await token("viewer", "--scope", "read", "--days", "30")
        try await service.curl("/v1/videos", bearer(viewer), expecting: 200)
        try await service.curl("/v1/videos", bearer(viewer) + ["-F", "video=@/dev/null"], expecting: 403)
        let list = try await tokens("list").output.split(separator: "\n")
        #expect(
            list.count == 2 && list[0].contains("  viewer  read  expires ") && list[1].contains("  first  manage  "))
        #expect(try await tokens("revoke", String(viewer.prefix(26))).output == "revoked viewer\n")
        try await service.curl("/v1/videos", bearer(viewer), expecting: 401)
        #expect(try await tokens("list").output.contains("  viewer  read  revoked "))

        let audit = try await service.curl("/v1/audit", bearer(manager), expecting: 200)
        let entries = try audit.decoded(as: AuditBody.self).items.map { "\($0.who) \($0.action) \($0.outcome)" }
        let id = viewer.prefix(26)
        #expect(
            entries == [
                "unknown GET /v1/videos denied", "operator cinegrad tokens revoke done",
                "\(id) POST /v1/videos denied", "operator cinegrad tokens create done",
                "unknown GET /v1/videos denied", "operator cinegrad tokens create done",
            ])
        #expect(await service.stop() == .exit(0))
        #expect(!service.logText.contains(manager.suffix(44)))
    }

    @Test func wrongWishesAreNamed() async throws {
        #expect(try await tokens("create", "a", expecting: 64).errors.contains("--scope"))
        #expect(
            try await tokens("create", "Eva Müller", "--scope", "read", expecting: 64).errors.contains(
                "1 to 64 letters"))
        #expect(
            try await tokens("create", "a", "--scope", "read", "--days", "0", expecting: 64).errors.contains(
                "1 to 3650"))
        #expect(try await tokens("create", "a", "--scope", "all", expecting: 64).errors.contains("read"))
        #expect(
            try await tokens("revoke", "tok_none", expecting: 1).errors.contains("there is no token tok_none"))
    }

    private func token(_ arguments: String...) async throws -> String {
        let data = directory.url.appending(path: "data").path
        let (ending, output, errors) = try await BuiltBinary.end(
            ["tokens", "create"] + arguments, environment: ["CINEGRAD_DATA_DIRECTORY": data], in: directory)
        #expect(ending == .exit(0) && errors.isEmpty)
        let token = output.trimmingCharacters(in: .newlines)
        #expect(token.wholeMatch(of: /tok_[1-9A-Za-z]{22}_[1-9A-Za-z]{44}/) != nil)
        return token
    }

    private func bearer(_ token: String) -> [String] { ["-H", "Authorization: Bearer \(token)"] }

    private struct AuditBody: Decodable {
        struct Entry: Decodable { let who, action, outcome: String }
        let items: [Entry]
    }
}
