import Testing

/// Bytes that are no HTTP request that the service understands (RFC 9112, RFC 9110).
struct ProtocolRefusal: Sendable, CustomTestStringConvertible {
    enum End: Sendable {
        /// The client waits for what it sent.
        case whole
        /// The client closes its side in the middle of the body.
        case halfClosed
        /// The client stops and keeps the connection open.
        case silent
    }

    let code: String
    /// What the text must tell.
    let tells: String
    let bytes: String
    let end: End

    var testDescription: String { "\(code): \(tells)" }

    static let all = [
        line("http.malformed-request-line", "one space", "GET  / HTTP/1.1"),
        line("http.malformed-request-line", "method", "/ HTTP/1.1"),
        line("http.malformed-target", "percent", "GET /%zz HTTP/1.1"),
        line("http.malformed-target", "dot segments", "GET /v1/../healthz HTTP/1.1"),
        line("http.absolute-target", "path alone", "GET http://cinegrad/healthz HTTP/1.1"),
        line("http.target-too-long", "8192", "GET /\(String(repeating: "a", count: 9000)) HTTP/1.1"),
        line("http.unsupported-version", "HTTP/1.1", "GET /healthz HTTP/2.0"),
        ProtocolRefusal(
            code: "http.bare-line-break", tells: "CR LF", bytes: "GET /healthz HTTP/1.1\nHost: a\n\n", end: .whole),
        fields("http.folded-field", "second line", "X-Note: one\r\n two"),
        fields("http.malformed-field", "no colon", "nonsense"),
        fields("http.malformed-field", "not allowed", "X-Note: \u{1}"),
        fields("http.whitespace-before-colon", "white space", "X-Note : one"),
        fields("http.headers-too-large", "16384", "X-Note: \(String(repeating: "a", count: 20_000))"),
        fields(
            "http.too-many-fields", "100",
            (0..<101).map { "X-\($0): a" }.joined(separator: "\r\n")),
        line("http.missing-host", "Host", "GET /healthz HTTP/1.1", fields: ""),
        fields("http.repeated-host", "more than one", "Host: b"),
        line("http.malformed-host", "port", "GET /healthz HTTP/1.1", fields: "Host: a b\r\n"),
        fields("http.malformed-content-length", "decimal", "Content-Length: 0x10"),
        fields("http.repeated-content-length", "more than one", "Content-Length: 1\r\nContent-Length: 2"),
        fields("http.length-with-transfer-coding", "exclude", "Content-Length: 1\r\nTransfer-Encoding: chunked"),
        fields(
            "http.malformed-transfer-coding", "repeated", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
        fields("http.unknown-transfer-coding", "chunked", "Transfer-Encoding: gzip"),
        fields("http.unsupported-expectation", "100-continue", "Expect: miracles"),
        ProtocolRefusal(
            code: "http.header-timeout", tells: "in time", bytes: "GET /healthz HTTP/1.1\r\nHo", end: .silent),
        upload("request.malformed-chunk", "framing", "Transfer-Encoding: chunked\r\n\r\nxyz\r\n", end: .whole),
        upload("request.incomplete", "closed", "Content-Length: 100\r\n\r\nhalf", end: .halfClosed),
        upload("request.timeout", "too long", "Content-Length: 100\r\n\r\nhalf", end: .silent),
    ]

    private static func line(_ code: String, _ tells: String, _ line: String) -> ProtocolRefusal {
        self.line(code, tells, line, fields: "Host: a\r\n")
    }

    private static func line(_ code: String, _ tells: String, _ line: String, fields: String) -> ProtocolRefusal {
        ProtocolRefusal(code: code, tells: tells, bytes: "\(line)\r\n\(fields)\r\n", end: .whole)
    }

    private static func fields(_ code: String, _ tells: String, _ fields: String) -> ProtocolRefusal {
        line(code, tells, "GET /healthz HTTP/1.1", fields: "Host: a\r\n\(fields)\r\n")
    }

    private static func upload(_ code: String, _ tells: String, _ rest: String, end: End) -> ProtocolRefusal {
        ProtocolRefusal(
            code: code, tells: tells, bytes: "POST /v1/videos HTTP/1.1\r\nHost: a\r\n\(rest)", end: end)
    }
}
