/// A value with parameters, such as `multipart/form-data; boundary=x` or `form-data; name="a"` (RFC 9110, section 5.6.6).
package struct ParameterizedValue: Hashable, Sendable {
    /// In lower case.
    package let value: String
    /// By name in lower case; the first of repeated ones.
    package let parameters: [String: String]

    /// Nil when a parameter is malformed.
    package init?(_ text: String) {
        var rest = Array(text.utf8)[...]
        let head = rest.prefix { $0 != Octet.semicolon }
        rest = rest.dropFirst(head.count)
        value = String(decoding: Self.trimmed(head), as: UTF8.self).lowercased()
        var parameters: [String: String] = [:]
        while rest.popFirst() != nil {
            rest = rest.drop { $0 == Octet.space || $0 == Octet.tab }
            // An empty parameter, as in a trailing semicolon.
            if rest.isEmpty || rest.first == Octet.semicolon { continue }
            let name = rest.prefix(while: Octet.isToken)
            rest = rest.dropFirst(name.count)
            guard !name.isEmpty, rest.popFirst() == Octet.equals else { return nil }
            guard let value = Self.parameterValue(&rest) else { return nil }
            rest = rest.drop { $0 == Octet.space || $0 == Octet.tab }
            guard rest.isEmpty || rest.first == Octet.semicolon else { return nil }
            let key = String(decoding: name, as: UTF8.self).lowercased()
            if parameters[key] == nil { parameters[key] = String(decoding: value, as: UTF8.self) }
        }
        self.parameters = parameters
    }

    private static let quote: UInt8 = 0x22
    private static let backslash: UInt8 = 0x5C

    /// A token, or a quoted string in which a backslash escapes only a quote or a backslash: browsers send `C:\clip.mp4` as it is.
    private static func parameterValue(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        guard rest.first == quote else {
            let token = rest.prefix { $0 != Octet.semicolon && $0 != Octet.space && $0 != Octet.tab }
            rest = rest.dropFirst(token.count)
            return token.isEmpty ? nil : Array(token)
        }
        rest = rest.dropFirst()
        var value: [UInt8] = []
        while let byte = rest.popFirst() {
            if byte == quote { return value }
            if byte == backslash, let next = rest.first, next == quote || next == backslash {
                value.append(next)
                rest = rest.dropFirst()
            } else {
                value.append(byte)
            }
        }
        return nil
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var bytes = bytes.drop { $0 == Octet.space || $0 == Octet.tab }
        while bytes.last == Octet.space || bytes.last == Octet.tab { bytes.removeLast() }
        return bytes
    }
}
