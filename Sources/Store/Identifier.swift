/// The kinds of things that have an opaque id, by the prefix of it.
enum IdentifierKind: String {
    case video = "vid_"
    case model = "mdl_"
    case explanation = "exp_"
    case evaluation = "evl_"

    /// 22 random letters and digits: 128 bits, so that an id cannot be guessed. Those that look alike (0 O I l) are left out.
    func makeIdentifier() -> String {
        let alphabet = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
        return rawValue + String((0..<22).map { _ in alphabet[Int.random(in: alphabet.indices)] })
    }
}
