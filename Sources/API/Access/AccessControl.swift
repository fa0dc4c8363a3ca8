import Foundation
import HTTPServer
import HTTPTypes
import OpenID
package import Store

/// Finds out who sends a request, and whether it may.
package struct AccessControl: Sendable {
    private let store: Store
    private let requiresToken: Bool
    private let provider: IdentityProvider?

    /// - Parameters:
    ///   - requiresToken: whether others than users of this machine can send requests. If not, who sends no token may do everything.
    ///   - provider: whose tokens are taken beside those of the service.
    package init(store: Store, requiresToken: Bool, provider: IdentityProvider?) {
        self.store = store
        self.requiresToken = requiresToken
        self.provider = provider
    }

    /// - Throws: ``ServiceError``, `TokenRefusal`: there is no token, or none that can be used; `KeysUnavailable`: that cannot be told.
    func identify(_ request: Request, on route: Route) async throws -> Identity {
        if Routes.withoutToken.contains(route.pattern) { return .anonymous(managesAll: false) }
        guard let credentials = request.head.headerFields[.authorization] else {
            guard !requiresToken else { throw ServiceError.missingToken }
            return .anonymous(managesAll: true)
        }
        guard let text = Self.bearerToken(credentials) else { throw ServiceError.invalidToken }
        // Those of the service have no dots.
        if let provider, text.utf8.contains(UInt8(ascii: ".")) {
            let account = try await provider.verifier.account(of: text, at: Date())
            return .account(account, provider.scopes.granted(by: account.granted))
        }
        let store = store
        guard let token = try await offload({ try store.token(text) }) else { throw ServiceError.invalidToken }
        return .token(token)
    }

    /// `Bearer` and the token (RFC 6750, section 2.1); the scheme's case does not matter (RFC 9110, section 11.1).
    private static func bearerToken(_ credentials: String) -> String? {
        let parts = credentials.split(separator: " ")
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1])
    }
}

/// Who sends a request.
enum Identity: Sendable {
    /// No token came, and none is needed.
    case anonymous(managesAll: Bool)
    case token(TokenRecord)
    /// A token of the identity provider came.
    case account(Account, Set<TokenScope>)

    /// In the audit log.
    var who: String {
        switch self {
        case .anonymous: "local"
        case .token(let token): token.id
        case .account(let account, _): account.shownName.map { "\(account.id):\($0)" } ?? account.id
        }
    }

    /// In the audit log, of somebody whose credentials are none.
    static let unknown = "unknown"

    var caller: Caller {
        switch self {
        case .anonymous(let managesAll): Caller(token: nil, managesAll: managesAll)
        case .token(let token): Caller(token: token.id, managesAll: token.scopes.allow(.manage))
        // Every token of an account is the same owner.
        case .account(let account, let scopes): Caller(token: account.id, managesAll: scopes.allow(.manage))
        }
    }

    /// - Throws: ``ServiceError/missingScope(_:)``
    func requireScope(of route: Route) throws {
        let scopes: Set<TokenScope>
        switch self {
        case .anonymous: return
        case .token(let token): scopes = token.scopes
        case .account(_, let granted): scopes = granted
        }
        let scope = Routes.scope(of: route)
        guard scopes.allow(scope) else { throw ServiceError.missingScope(scope) }
    }
}

extension Routes {
    /// The service about itself, and nothing that was brought to it.
    static let withoutToken: Set<String> = ["/", "/healthz", "/readyz", "/version", "/openapi.yaml", "/sample.mp4"]

    /// What is about the service as a whole.
    private static let managed: Set<String> = ["/v1/audit"]

    /// Which scope a route takes. One that nobody thought of here has what its method suggests.
    static func scope(of route: Route) -> TokenScope {
        if managed.contains(route.pattern) { return .manage }
        return AuditTrail.covers(route.method) ? .submit : .read
    }
}
