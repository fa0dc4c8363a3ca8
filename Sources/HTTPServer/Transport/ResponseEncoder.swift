import HTTPTypes

/// Writes the head of a response and decides its framing (RFC 9112, sections 4 and 6).
struct ResponseEncoder {
    private let response: Response
    private let isHead: Bool
    private let hasContent: Bool
    /// Of a streamed response; a client of HTTP/1.0 gets it to the end of the connection.
    let isChunked: Bool
    let isPersistent: Bool

    init(_ response: Response, isHead: Bool, isVersion11: Bool, isPersistent: Bool) {
        self.response = response
        self.isHead = isHead
        let status = response.status.code
        hasContent = status >= 200 && status != 204 && status != 304
        let isStream: Bool
        switch response.body {
        case .stream: isStream = hasContent
        case .empty, .bytes, .file: isStream = false
        }
        isChunked = isStream && isVersion11
        let wantsClose = response.headers[values: .connection].contains { $0.lowercased().contains("close") }
        self.isPersistent = isPersistent && !wantsClose && (!isStream || isVersion11)
    }

    /// A HEAD, 204 or 304 ends with its head.
    var sendsBody: Bool { hasContent && !isHead }

    private var contentLength: Int? {
        guard hasContent else { return nil }
        switch response.body {
        case .empty: return 0
        case .bytes(let bytes): return bytes.count
        case .file(_, _, let length): return max(0, length)
        case .stream: return nil
        }
    }

    /// - Parameter date: the value of `Date`.
    func head(date: [UInt8]) -> [UInt8] {
        var head: [UInt8] = []
        head.reserveCapacity(512)
        head += "HTTP/1.1 \(response.status.code) ".utf8
        head += response.status.reasonPhrase.utf8
        head += "\r\nDate: ".utf8
        head += date
        head += "\r\n".utf8
        for field in response.headers where !Self.isOurs(field.name) {
            head += field.name.rawName.utf8
            head += ": ".utf8
            field.withUnsafeBytesOfValue { head += $0 }
            head += "\r\n".utf8
        }
        if let contentLength { head += "Content-Length: \(contentLength)\r\n".utf8 }
        if isChunked { head += "Transfer-Encoding: chunked\r\n".utf8 }
        if !isPersistent { head += "Connection: close\r\n".utf8 }
        head += "\r\n".utf8
        return head
    }

    /// Fields that only the server can know.
    private static func isOurs(_ name: HTTPField.Name) -> Bool {
        switch name {
        case .date, .contentLength, .transferEncoding, .connection: true
        default: false
        }
    }

    static func chunk(_ bytes: [UInt8]) -> [UInt8] {
        var chunk: [UInt8] = []
        chunk.reserveCapacity(bytes.count + 20)
        chunk += String(bytes.count, radix: 16).utf8
        chunk += "\r\n".utf8
        chunk += bytes
        chunk += "\r\n".utf8
        return chunk
    }

    static let lastChunk = Array("0\r\n\r\n".utf8)
}
