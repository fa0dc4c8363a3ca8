/// Reads JSON strictly (RFC 8259) from untrusted bytes, one token after the other, so that duplicate keys, deep nesting and trailing bytes
/// are seen: general decoders keep the last of two equal keys without a word.
struct JSONScanner {
    struct Malformed: Error {
        var offset: Int
        var reason: String
    }

    private let bytes: [UInt8]
    private let longestKey: Int
    private(set) var offset = 0

    /// - Parameter longestKey: bytes of UTF-8.
    init(_ bytes: [UInt8], longestKey: Int) {
        self.bytes = bytes
        self.longestKey = longestKey
    }

    /// Calls `member` with each key of an object; it must read the key's value.
    mutating func object(_ member: (inout JSONScanner, String) throws -> Void) throws {
        try expect(UInt8(ascii: "{"), "an object")
        var keys = Set<String>()
        if accept(UInt8(ascii: "}")) { return }
        repeat {
            let start = offset
            let key = try string()
            guard key.utf8.count <= longestKey else {
                throw Malformed(offset: start, reason: "a key has \(key.utf8.count) bytes, \(longestKey) are allowed")
            }
            guard keys.insert(key).inserted else {
                throw Malformed(offset: start, reason: "the key \"\(key)\" occurs twice")
            }
            try expect(UInt8(ascii: ":"), "a colon")
            try member(&self, key)
        } while accept(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"), "the end of an object")
    }

    /// Calls `element` for each element of an array; it must read it.
    mutating func array(_ element: (inout JSONScanner) throws -> Void) throws {
        try expect(UInt8(ascii: "["), "an array")
        if accept(UInt8(ascii: "]")) { return }
        repeat { try element(&self) } while accept(UInt8(ascii: ","))
        try expect(UInt8(ascii: "]"), "the end of an array")
    }

    /// A non-negative whole number without fraction or exponent.
    mutating func unsignedInteger() throws -> Int {
        skipSpace()
        let start = offset
        var value = 0
        while offset < bytes.count, case let digit = bytes[offset], (48...57).contains(digit) {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int(digit - 48))
            guard !overflow, !carry else { throw Malformed(offset: start, reason: "the number is too large") }
            value = sum
            offset += 1
        }
        guard offset > start else {
            throw Malformed(offset: start, reason: "a whole number that is not negative was expected")
        }
        guard bytes[start] != 48 || offset == start + 1 else {
            throw Malformed(offset: start, reason: "a number must not begin with 0")
        }
        if offset < bytes.count, [UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E")].contains(bytes[offset]) {
            throw Malformed(offset: start, reason: "a whole number was expected")
        }
        return value
    }

    mutating func string() throws -> String {
        skipSpace()
        let start = offset
        try expect(UInt8(ascii: "\""), "a string")
        var text: [UInt8] = []
        while offset < bytes.count {
            let byte = bytes[offset]
            offset += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw Malformed(offset: start, reason: "the string is not UTF-8")
                }
                return string
            case UInt8(ascii: "\\"): text.append(contentsOf: try escape())
            case 0..<0x20: throw Malformed(offset: offset - 1, reason: "a control character in a string")
            default: text.append(byte)
            }
        }
        throw Malformed(offset: start, reason: "the string does not end")
    }

    /// Nothing but white space may follow.
    mutating func end() throws {
        skipSpace()
        guard offset == bytes.count else { throw Malformed(offset: offset, reason: "there is more after the object") }
    }

    private mutating func escape() throws -> [UInt8] {
        guard offset < bytes.count else { throw Malformed(offset: offset, reason: "the string does not end") }
        let byte = bytes[offset]
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [8]
        case UInt8(ascii: "f"): return [12]
        case UInt8(ascii: "n"): return [10]
        case UInt8(ascii: "r"): return [13]
        case UInt8(ascii: "t"): return [9]
        case UInt8(ascii: "u"):
            var unit = UInt32(try codeUnit())
            if (0xD800..<0xDC00).contains(unit), offset + 1 < bytes.count, bytes[offset] == UInt8(ascii: "\\"),
                bytes[offset + 1] == UInt8(ascii: "u")
            {
                offset += 2
                let low = UInt32(try codeUnit())
                if (0xDC00..<0xE000).contains(low) { unit = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00) }
            }
            guard let scalar = Unicode.Scalar(unit) else {
                throw Malformed(offset: offset, reason: "half a surrogate pair")
            }
            return Array(String(Character(scalar)).utf8)
        default: throw Malformed(offset: offset - 1, reason: "an unknown escape in a string")
        }
    }

    private mutating func codeUnit() throws -> UInt16 {
        guard offset + 4 <= bytes.count,
            let digits = String(validating: bytes[offset..<offset + 4], as: UTF8.self),
            digits.allSatisfy(\.isHexDigit), let unit = UInt16(digits, radix: 16)
        else { throw Malformed(offset: offset, reason: "\\u takes four hexadecimal digits") }
        offset += 4
        return unit
    }

    private mutating func skipSpace() {
        while offset < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[offset]) { offset += 1 }
    }

    private mutating func accept(_ byte: UInt8) -> Bool {
        skipSpace()
        guard offset < bytes.count, bytes[offset] == byte else { return false }
        offset += 1
        return true
    }

    private mutating func expect(_ byte: UInt8, _ what: String) throws {
        guard accept(byte) else { throw Malformed(offset: offset, reason: "\(what) was expected") }
    }
}
