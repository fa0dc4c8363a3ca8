package import HTTPTypes

/// How the end of a request's body is found (RFC 9112, section 6).
package enum BodyFraming: Hashable, Sendable {
    case none
    case length(Int)
    case chunked
}

/// A request line and header section, with what they mean for the connection.
package struct RequestHead: Hashable, Sendable {
    package var request: HTTPRequest
    package var target: RequestTarget
    /// HTTP/1.1; chunked responses and `100 Continue` exist.
    package var isVersion11: Bool
    package var framing: BodyFraming
    /// The client waits for `100 Continue` before it sends the body.
    package var expectsContinue: Bool
    /// The client wants to go on with the connection.
    package var isPersistent: Bool
}

/// The first line of a request.
struct RequestLine {
    let method: HTTPRequest.Method
    let target: RequestTarget
    let rawTarget: String
    let isVersion11: Bool

    init(_ line: UnsafeBufferPointer<UInt8>, targetLimit: Int) throws(ProtocolError) {
        var methodEnd = 0
        while methodEnd < line.count, Octet.isToken(line[methodEnd]) { methodEnd += 1 }
        guard methodEnd > 0, methodEnd < line.count, line[methodEnd] == Octet.space else { throw .malformedRequestLine }
        let afterMethod = line[(methodEnd + 1)...]
        guard let targetEnd = afterMethod.firstIndex(of: Octet.space) else { throw .malformedRequestLine }
        isVersion11 = try Self.version(UnsafeBufferPointer(rebasing: line[(targetEnd + 1)...]))
        let bytes = UnsafeBufferPointer(rebasing: afterMethod[..<targetEnd])
        guard bytes.count <= targetLimit else { throw .targetTooLong(limit: targetLimit) }
        guard let method = HTTPRequest.Method(String(decoding: line[..<methodEnd], as: UTF8.self)) else {
            throw .malformedRequestLine
        }
        self.method = method
        target = try RequestTarget(bytes)
        rawTarget = String(decoding: bytes, as: UTF8.self)
    }

    /// Whether the version is 1.1 rather than 1.0.
    private static func version(_ bytes: UnsafeBufferPointer<UInt8>) throws(ProtocolError) -> Bool {
        guard bytes.count == 8, bytes[..<5].elementsEqual("HTTP/".utf8), Octet.isDigit(bytes[5]),
            bytes[6] == 0x2E, Octet.isDigit(bytes[7])
        else { throw .malformedRequestLine }
        switch (bytes[5], bytes[7]) {
        case (0x31, 0x31): return true
        case (0x31, 0x30): return false
        default: throw .unsupportedVersion
        }
    }
}

/// The header fields that frame the message and steer the connection, checked as they come.
struct FramingFields {
    private(set) var host: String?
    private var contentLength: Int?
    private var isChunked = false
    private var expectsContinue = false
    private var wantsClose = false

    mutating func note(_ field: FieldLine, isVersion11: Bool) throws(ProtocolError) {
        switch field.name.canonicalName {
        case "host":
            guard host == nil else { throw .repeatedHost }
            guard field.value.utf8.allSatisfy(Octet.isHost) else { throw .malformedHost }
            host = field.value
        case "content-length":
            guard contentLength == nil else { throw .repeatedContentLength }
            // Eighteen digits fit an Int. `5, 5` is a repeated field in one line and is refused with the rest.
            guard (1...18).contains(field.value.utf8.count), field.value.utf8.allSatisfy(Octet.isDigit) else {
                throw .malformedContentLength
            }
            contentLength = Int(field.value)
        case "transfer-encoding":
            guard !isChunked, isVersion11 else { throw .malformedTransferCoding }
            guard field.value.lowercased() == "chunked" else { throw .unknownTransferCoding }
            isChunked = true
        case "connection":
            for option in field.value.lowercased().split(whereSeparator: { $0 == "," || $0 == " " || $0 == "\t" }) {
                if option == "close" { wantsClose = true }
            }
        case "expect":
            // RFC 9110, section 10.1.1: a server ignores it in HTTP/1.0.
            guard isVersion11 else { return }
            guard field.value.lowercased() == "100-continue" else { throw .unsupportedExpectation }
            expectsContinue = true
        default: break
        }
    }

    func head(_ line: RequestLine, fields: HTTPFields) throws(ProtocolError) -> RequestHead {
        guard host != nil || !line.isVersion11 else { throw .missingHost }
        guard contentLength == nil || !isChunked else { throw .lengthWithTransferCoding }
        let framing: BodyFraming = isChunked ? .chunked : contentLength.map { $0 == 0 ? .none : .length($0) } ?? .none
        return RequestHead(
            request: HTTPRequest(
                method: line.method, scheme: "http", authority: host, path: line.rawTarget, headerFields: fields),
            target: line.target, isVersion11: line.isVersion11, framing: framing,
            expectsContinue: expectsContinue && framing != .none,
            // HTTP/1.0 is accepted for one exchange; its keep-alive was never standardised.
            isPersistent: line.isVersion11 && !wantsClose)
    }
}
