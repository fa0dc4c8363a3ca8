import HTTPTypes

/// One line `name: value` of a header, trailer or part header section (RFC 9112, section 5).
struct FieldLine {
    let name: HTTPField.Name
    let value: String

    /// - Parameter line: without its CR LF, not empty.
    init(_ line: UnsafeBufferPointer<UInt8>) throws(ProtocolError) {
        guard let first = line.first else { throw .malformedField }
        guard first != Octet.space && first != Octet.tab else { throw .foldedField }
        var colon = 0
        while colon < line.count, Octet.isToken(line[colon]) { colon += 1 }
        guard colon < line.count else { throw .malformedField }
        guard line[colon] != Octet.space && line[colon] != Octet.tab else { throw .whitespaceBeforeColon }
        guard line[colon] == Octet.colon, colon > 0 else { throw .malformedField }

        var (start, end) = (colon + 1, line.count)
        while start < end, line[start] == Octet.space || line[start] == Octet.tab { start += 1 }
        while end > start, line[end - 1] == Octet.space || line[end - 1] == Octet.tab { end -= 1 }
        let bytes = UnsafeBufferPointer(rebasing: line[start..<end])
        for byte in bytes where !Octet.isFieldValue(byte) { throw .malformedField }
        guard let name = HTTPField.Name(String(decoding: line[..<colon], as: UTF8.self)),
            let value = String(validating: bytes, as: UTF8.self)
        else { throw .malformedField }
        self.name = name
        self.value = value
    }
}
