/// Who sends a request, as far as was found out.
package struct Caller: Hashable, Sendable {
    /// The id of the token that came with the request, or of the identity provider's account that its token is of; nil without one.
    package let token: String?
    /// Whether everything may be seen and changed, whoever it belongs to.
    package let managesAll: Bool

    package init(token: String?, managesAll: Bool) {
        self.token = token
        self.managesAll = managesAll
    }

    /// Nothing is known, and so nothing belongs to it.
    package static let unknown = Caller(token: nil, managesAll: false)
}
