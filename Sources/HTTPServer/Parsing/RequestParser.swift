import HTTPTypes

/// Reads the header section of one request from bytes that arrive in any pieces (RFC 9112, sections 2 to 6).
///
/// The outcome depends on the bytes alone, not on how they were cut. Lines end with CR LF, nothing else is repaired.
package struct RequestParser {
    private let limits: ServerLimits
    /// Positions from the first byte of the request.
    private var scanned = 0
    private var lineStart = 0
    private var sectionStart = 0
    private var skippedEmptyLine = false
    private var line: RequestLine?
    private var fields = HTTPFields()
    private var framing = FramingFields()

    package init(limits: ServerLimits) { self.limits = limits }

    /// - Parameter bytes: all bytes of the request so far, from its first; earlier ones are not looked at again.
    /// - Returns: the head and the number of bytes it took, or nil when there is more to come. After a head the parser is at its beginning.
    package mutating func parse(
        _ bytes: UnsafeBufferPointer<UInt8>
    ) throws(ProtocolError) -> (head: RequestHead, length: Int)? {
        while let end = try nextLineBreak(bytes) {
            let content = UnsafeBufferPointer(rebasing: bytes[lineStart..<end])
            lineStart = end + 2
            scanned = lineStart
            guard let line else {
                try begin(content)
                continue
            }
            if content.isEmpty {
                let head = try framing.head(line, fields: fields)
                let length = lineStart
                self = RequestParser(limits: limits)
                return (head, length)
            }
            let field = try FieldLine(content)
            guard fields.count < limits.headerFields else { throw .tooManyFields(limit: limits.headerFields) }
            try framing.note(field, isVersion11: line.isVersion11)
            fields.append(HTTPField(name: field.name, value: field.value))
        }
        return nil
    }

    private mutating func begin(_ content: UnsafeBufferPointer<UInt8>) throws(ProtocolError) {
        if content.isEmpty && !skippedEmptyLine {
            // One empty line before a request is the tail of an old client's body (RFC 9112, section 2.2).
            skippedEmptyLine = true
            return
        }
        line = try RequestLine(content, targetLimit: limits.targetBytes)
        sectionStart = lineStart
    }

    /// The position of the CR of the next complete line, or nil.
    private mutating func nextLineBreak(_ bytes: UnsafeBufferPointer<UInt8>) throws(ProtocolError) -> Int? {
        var index = scanned
        while index < bytes.count, bytes[index] != Octet.carriageReturn, bytes[index] != Octet.lineFeed { index += 1 }
        scanned = index
        if line == nil {
            // Room for the longest sensible method and the version around the target.
            guard index - lineStart <= limits.targetBytes + 64 else { throw .targetTooLong(limit: limits.targetBytes) }
        } else {
            guard index - sectionStart <= limits.headerBytes else { throw .headersTooLarge(limit: limits.headerBytes) }
        }
        guard index < bytes.count else { return nil }
        guard bytes[index] == Octet.carriageReturn else { throw .bareLineBreak }
        guard index + 1 < bytes.count else { return nil }
        guard bytes[index + 1] == Octet.lineFeed else { throw .bareLineBreak }
        return index
    }
}
