/// Where a request stands in a trace, by the header `traceparent` (W3C Trace Context, section 3.2).
package struct TraceContext: Hashable, Sendable {
    /// 32 hexadecimal digits, lower case, not all zero.
    package let trace: String
    /// The caller's span: 16 hexadecimal digits, lower case, not all zero.
    package let parent: String

    /// Nil for a value that the recommendation has callers ignore, several headers included.
    package init?(_ header: String) {
        let fields = header.split(separator: "-", omittingEmptySubsequences: false)
        // Later versions may append fields; version 00 has exactly four, and ff is none.
        guard fields.count >= 4, Self.isHexadecimal(fields[0], digits: 2), fields[0] != "ff",
            fields[0] != "00" || fields.count == 4, Self.isHexadecimal(fields[1], digits: 32),
            Self.isHexadecimal(fields[2], digits: 16), Self.isHexadecimal(fields[3], digits: 2),
            fields[1].contains(where: { $0 != "0" }), fields[2].contains(where: { $0 != "0" })
        else { return nil }
        trace = String(fields[1])
        parent = String(fields[2])
    }

    private static func isHexadecimal(_ text: Substring, digits: Int) -> Bool {
        text.utf8.count == digits
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
