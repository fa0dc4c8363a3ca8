import Crypto
import Foundation

/// A token as its holder has it: its id, `_`, and 44 random letters and digits, which are 257 bits. It is shown once and never kept.
struct TokenSecret: Sendable {
    let id: String
    let text: String

    private static let length = 44

    /// Makes one. The system's generator is a cryptographic one (getrandom(2)).
    init() {
        id = IdentifierKind.token.makeIdentifier()
        text = "\(id)_\(IdentifierKind.randomText(length: Self.length))"
    }

    /// Reads what a client sent.
    /// - Returns: nil when it cannot be a token.
    init?(_ text: String) {
        guard text.utf8.count <= 128, let end = text.lastIndex(of: "_") else { return nil }
        id = String(text[..<end])
        guard Identifier.isWellFormed(id), id.hasPrefix(IdentifierKind.token.rawValue) else { return nil }
        self.text = text
    }

    /// What is kept. The token is as random as the hash is long: a slower hash would protect nothing.
    var hash: Data { Data(SHA256.hash(data: Data(text.utf8))) }

    /// In a time that does not depend on where they differ.
    func matches(_ hash: Data) -> Bool { SHA256.hash(data: Data(text.utf8)) == hash }
}
