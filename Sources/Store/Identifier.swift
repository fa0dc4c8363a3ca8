/// The kinds of things that have an opaque id, by the prefix of it.
enum IdentifierKind: String, CaseIterable {
    case video = "vid_"
    case model = "mdl_"
    case explanation = "exp_"
    case evaluation = "evl_"
    case token = "tok_"

    /// 22 random letters and digits: 128 bits, so that an id cannot be guessed.
    func makeIdentifier() -> String { rawValue + Self.randomText(length: Self.length) }

    /// Letters and digits without those that look alike (0 O I l): 5.86 bits each.
    static func randomText(length: Int) -> String {
        String((0..<length).map { _ in alphabet[Int.random(in: alphabet.indices)] })
    }

    fileprivate static let length = 22
    fileprivate static let alphabet = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
}

/// Ids of stored things.
package enum Identifier {
    /// Whether a text has the form of an id that a store gives: it then says nothing of a person.
    package static func isWellFormed(_ text: String) -> Bool {
        IdentifierKind.allCases.contains { kind in
            guard text.hasPrefix(kind.rawValue) else { return false }
            let rest = text.dropFirst(kind.rawValue.count)
            return rest.count == IdentifierKind.length && rest.allSatisfy(IdentifierKind.alphabet.contains)
        }
    }
}
