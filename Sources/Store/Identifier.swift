/// The kinds of things that have an opaque id, by the prefix of it.
enum IdentifierKind: String, CaseIterable {
    case video = "vid_"
    case model = "mdl_"
    case explanation = "exp_"
    case evaluation = "evl_"

    /// 22 random letters and digits: 128 bits, so that an id cannot be guessed. Those that look alike (0 O I l) are left out.
    func makeIdentifier() -> String {
        rawValue + String((0..<Self.length).map { _ in Self.alphabet[Int.random(in: Self.alphabet.indices)] })
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
