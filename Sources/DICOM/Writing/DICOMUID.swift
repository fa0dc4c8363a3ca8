import Crypto

/// Unique identifiers under 2.25, which need no registration (PS3.5, B.2).
package enum DICOMUID {
    /// The same for the same name, another for another: a name-based UUID of version 8 (RFC 9562, 5.8) from SHA-256, as a decimal number.
    package static func named(_ parts: String...) -> String {
        // A length before each part: "a", "bc" and "ab", "c" are two names.
        let name = parts.map { "\($0.utf8.count):\($0)" }.joined()
        var bytes = Array(SHA256.hash(data: Array(name.utf8)).prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        return "2.25.\(decimal(bytes))"
    }

    /// A number of 16 bytes, the highest first.
    private static func decimal(_ bytes: [UInt8]) -> String {
        var digits: [UInt8] = []
        var number = bytes
        while number.contains(where: { $0 != 0 }) {
            var rest = 0
            for index in number.indices {
                let value = rest << 8 | Int(number[index])
                number[index] = UInt8(value / 10)
                rest = value % 10
            }
            digits.append(UInt8(rest) + 0x30)
        }
        return digits.isEmpty ? "0" : String(decoding: digits.reversed(), as: UTF8.self)
    }
}
