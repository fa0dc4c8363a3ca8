package import OpenID
import Store

/// Somebody else who says who sends a request: an OpenID Connect provider.
package struct IdentityProvider: Sendable {
    let verifier: TokenVerifier
    let scopes: ScopeNames

    package init(verifier: TokenVerifier, scopes: ScopeNames) {
        self.verifier = verifier
        self.scopes = scopes
    }
}

/// What a provider calls the scopes. One name may stand for several.
package struct ScopeNames: Hashable, Sendable {
    let read, submit, manage: String

    package init(read: String, submit: String, manage: String) {
        self.read = read
        self.submit = submit
        self.manage = manage
    }

    /// - Parameter names: those that a token lists; others are the business of other services.
    func granted(by names: Set<String>) -> Set<TokenScope> {
        Set(TokenScope.allCases.filter { names.contains(name(of: $0)) })
    }

    private func name(of scope: TokenScope) -> String {
        switch scope {
        case .read: read
        case .submit: submit
        case .manage: manage
        }
    }
}
