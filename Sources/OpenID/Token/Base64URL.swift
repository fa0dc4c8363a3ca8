import Foundation

/// Base64url without padding (RFC 7515, section 2).
enum Base64URL {
    /// - Returns: nil for what has any other character, padding and line breaks included, or a length that no bytes have.
    static func bytes(_ text: some Collection<UInt8>) -> Data? {
        var plain = Data(capacity: text.count + 3)
        for character in text {
            switch character {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                plain.append(character)
            case UInt8(ascii: "-"): plain.append(UInt8(ascii: "+"))
            case UInt8(ascii: "_"): plain.append(UInt8(ascii: "/"))
            default: return nil
            }
        }
        while plain.count % 4 != 0 { plain.append(UInt8(ascii: "=")) }
        return Data(base64Encoded: plain)
    }
}
