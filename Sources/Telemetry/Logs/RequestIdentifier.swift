/// What ties the records of one request together, here and at the proxy in front.
package enum RequestIdentifier {
    /// The one that the caller gave, when it is 16 to 64 hexadecimal digits and hyphens as proxies make them, else a new one of 32 digits.
    ///
    /// Anything else could forge lines of a log, or put a name into it.
    package static func of(_ header: String?) -> String {
        if let header, (16...64).contains(header.utf8.count), header.utf8.allSatisfy(isPlain) { return header }
        return digits(UInt64.random(in: .min ... .max)) + digits(UInt64.random(in: .min ... .max))
    }

    private static func digits(_ number: UInt64) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte) || byte == 0x2D
    }
}
