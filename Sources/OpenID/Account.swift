import Crypto
import Foundation

/// Of whom an issuer says that they send a request.
package struct Account: Hashable, Sendable {
    /// Of the issuer and its name for the account, and so the same with every token of it: `jwt:` and 128 bits of a hash in hexadecimal.
    package let id: String
    /// The issuer's name for it, where it is a plain text such as a UUID, a number or a login; nil otherwise, and for what is too long to show.
    package let shownName: String?
    /// What the claim of scopes lists.
    package let granted: Set<String>

    init(issuer: String, subject: String, granted: Set<String>) {
        // An issuer has no NUL: no other pair of texts comes to the same bytes.
        let hash = SHA256.hash(data: Data("\(issuer)\0\(subject)".utf8))
        id = "jwt:" + hash.prefix(16).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        shownName = subject.wholeMatch(of: /[A-Za-z0-9._@|:+-]{1,128}/) == nil ? nil : subject
        self.granted = granted
    }
}
