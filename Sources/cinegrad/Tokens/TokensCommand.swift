import ArgumentParser
import Foundation
import Pipelines
import Store

/// `cinegrad tokens`: who may use the service from elsewhere.
struct TokensCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokens",
        abstract: "Create, list and revoke the tokens by which clients use the service.",
        discussion: """
            Works on the data directory of the service, whether it is running or not, and at once. What a client uploads and asks for \
            belongs to its token; other tokens do not see it, except those with the scope manage.

            Examples:
              cinegrad tokens create viewer --scope read --scope submit --days 90
              cinegrad tokens list
              cinegrad tokens revoke tok_8mVTKdZyQ3ZpDkWuPq1fSb
            """,
        subcommands: [CreateToken.self, ListTokens.self, RevokeToken.self])
}

extension TokenScope: ExpressibleByArgument {}

/// `cinegrad tokens create`
struct CreateToken: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a token and print it; it cannot be printed again.",
        discussion: """
            read: see what belongs to the token. submit: upload and ask for things, end and delete what belongs to it. \
            manage: both, of everything, and read the audit log.
            """)

    @Argument(help: "For people who read the list: 1 to 64 letters, digits, dots, dashes and underscores.")
    var name: String
    @Option(help: "What it may do; can be given more than once.") var scope: [TokenScope]
    @Option(help: "Days until it expires, 1 to 3650.") var days = 365
    @OptionGroup var directory: DataDirectoryOptions

    func validate() throws {
        guard name.wholeMatch(of: /[A-Za-z0-9._-]{1,64}/) != nil else {
            throw ValidationError("a name has 1 to 64 letters, digits, dots, dashes and underscores")
        }
        guard !scope.isEmpty else { throw ValidationError("give at least one --scope: read, submit or manage") }
        guard (1...3650).contains(days) else { throw ValidationError("--days takes a whole number from 1 to 3650") }
    }

    func run() async throws {
        let text = try directory.withStore { store, _ in
            let (record, token) = try store.createToken(
                name: name, scopes: Set(scope), expiresAt: Date() + TimeInterval(days) * 86_400)
            try store.audit(.operatorDid("tokens create", kind: "token", id: record.id))
            return token
        }
        print(text)
    }
}

/// `cinegrad tokens list`
struct ListTokens: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List tokens, newest first: id, name, scopes, and how long they can be used.")

    @OptionGroup var directory: DataDirectoryOptions

    func run() async throws {
        let now = Date()
        let lines = try directory.withStore { store, _ in try store.tokens().map { Self.line($0, now) } }
        print(lines.isEmpty ? "there are no tokens" : lines.joined(separator: "\n"))
    }

    private static func line(_ token: TokenRecord, _ now: Date) -> String {
        let scopes = TokenScope.allCases.filter(token.scopes.contains).map(\.rawValue).joined(separator: ",")
        let style = Date.ISO8601FormatStyle()
        let state =
            if let revoked = token.revokedAt {
                "revoked \(revoked.formatted(style))"
            } else {
                "\(token.isUsable(at: now) ? "expires" : "expired") \(token.expiresAt.formatted(style))"
            }
        return "\(token.id)  \(token.name)  \(scopes)  \(state)"
    }
}

/// `cinegrad tokens revoke`
struct RevokeToken: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "End a token, from the next request on; what belongs to it stays.")

    @Argument(help: "The id, as the list has it: the first part of the token.") var id: String
    @OptionGroup var directory: DataDirectoryOptions

    func run() async throws {
        let name = try directory.withStore { store, _ in
            guard let record = try store.revokeToken(id: id) else {
                throw Failure(
                    code: "token.not-found", message: "there is no token \(id); cinegrad tokens list has them")
            }
            try store.audit(.operatorDid("tokens revoke", kind: "token", id: record.id))
            return record.name
        }
        print("revoked \(name)")
    }
}

extension AuditEntry {
    /// What somebody did who has the data directory itself.
    static func operatorDid(_ command: String, kind: String, id: String?) -> AuditEntry {
        AuditEntry(
            who: "operator", action: "cinegrad \(command)", object: Object(kind: kind, id: id), outcome: .done,
            requestID: nil)
    }
}
