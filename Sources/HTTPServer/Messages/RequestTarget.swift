/// The target of a request in origin form, taken apart (RFC 9112, section 3.2.1; RFC 3986, section 3).
package struct RequestTarget: Hashable, Sendable {
    /// The path as sent.
    package var path: String
    /// The path's segments, percent-decoded; an encoded slash stays within its segment. `/` has none, `/a/` has `a` and an empty one.
    package var segments: [String]
    package var query: QueryItems

    /// - Throws: ``ProtocolError/malformedTarget`` or ``ProtocolError/absoluteTarget``.
    init(_ bytes: UnsafeBufferPointer<UInt8>) throws(ProtocolError) {
        guard let first = bytes.first else { throw .malformedTarget }
        guard first == Octet.slash else {
            // `*` is for OPTIONS of the whole server, which has nothing to say; authority form is for CONNECT.
            throw bytes.contains(Octet.slash) ? .absoluteTarget : .malformedTarget
        }
        var plain = true
        var pathEnd = bytes.count
        for (index, byte) in bytes.enumerated() {
            guard Octet.isTarget(byte) else { throw .malformedTarget }
            if byte == Octet.percent { plain = false }
            if byte == Octet.question, pathEnd == bytes.count { pathEnd = index }
        }
        let pathBytes = UnsafeBufferPointer(rebasing: bytes[..<pathEnd])
        path = String(decoding: pathBytes, as: UTF8.self)
        segments = try Self.segments(pathBytes, plain: plain)
        query = QueryItems(items: [])
        if pathEnd < bytes.count {
            query = try QueryItems(UnsafeBufferPointer(rebasing: bytes[(pathEnd + 1)...]))
        }
    }

    private static func segments(_ path: UnsafeBufferPointer<UInt8>, plain: Bool) throws(ProtocolError) -> [String] {
        guard path.count > 1 else { return [] }
        var segments: [String] = []
        var start = 1
        for index in 1...path.count where index == path.count || path[index] == Octet.slash {
            let bytes = UnsafeBufferPointer(rebasing: path[start..<index])
            let segment = plain ? String(decoding: bytes, as: UTF8.self) : try percentDecoded(bytes, plusIsSpace: false)
            // A client removes dot segments itself (RFC 3986, section 5.2.4); one that arrives wants to be somewhere else.
            guard segment != "." && segment != ".." else { throw .malformedTarget }
            segments.append(segment)
            start = index + 1
        }
        return segments
    }
}

/// The names and values of a query in the order sent, percent-decoded; `+` is a space, as forms and browsers send it.
package struct QueryItems: Hashable, Sendable {
    package struct Item: Hashable, Sendable {
        package let name: String
        /// Empty for a name without `=`.
        package let value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package let items: [Item]

    package init(items: [Item]) { self.items = items }

    init(_ bytes: UnsafeBufferPointer<UInt8>) throws(ProtocolError) {
        var items: [Item] = []
        for part in bytes.split(separator: Octet.ampersand) {
            let equals = part.firstIndex(of: Octet.equals)
            let name = UnsafeBufferPointer(rebasing: part[..<(equals ?? part.endIndex)])
            let value = equals.map { UnsafeBufferPointer(rebasing: part[($0 + 1)...]) }
            items.append(
                Item(
                    name: try percentDecoded(name, plusIsSpace: true),
                    value: try value.map { bytes throws(ProtocolError) in try percentDecoded(bytes, plusIsSpace: true) }
                        ?? ""))
        }
        self.items = items
    }

    /// The value of the first item of that name.
    package func first(_ name: String) -> String? { items.first { $0.name == name }?.value }

    /// All values of that name, in order.
    package func all(_ name: String) -> [String] { items.filter { $0.name == name }.map(\.value) }

    /// The name of every item, in order, repeated ones too.
    package var names: [String] { items.map(\.name) }
}

/// - Throws: ``ProtocolError/malformedTarget`` for an incomplete escape, bytes that are not UTF-8, or control characters.
private func percentDecoded(
    _ bytes: UnsafeBufferPointer<UInt8>, plusIsSpace: Bool
) throws(ProtocolError) -> String {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
        var byte = bytes[index]
        if byte == Octet.percent {
            guard index + 2 < bytes.count, let high = Octet.hexValue(bytes[index + 1]),
                let low = Octet.hexValue(bytes[index + 2])
            else { throw .malformedTarget }
            byte = UInt8(high << 4 | low)
            guard byte >= 0x20 && byte != 0x7F else { throw .malformedTarget }
            index += 2
        } else if byte == Octet.plus && plusIsSpace {
            byte = Octet.space
        }
        decoded.append(byte)
        index += 1
    }
    guard let string = String(validating: decoded, as: UTF8.self) else { throw .malformedTarget }
    return string
}
