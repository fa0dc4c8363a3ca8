package import HTTPTypes

/// Why a message or a connection is refused before any handler sees it. After each of them the connection is closed.
package enum ProtocolError: Error, Hashable, Sendable {
    /// Not `method SP target SP HTTP/digit.digit` (RFC 9112, section 3).
    case malformedRequestLine
    /// A target that is not a path with valid percent encoding of UTF-8, or that has dot segments.
    case malformedTarget
    /// The absolute form is for proxies.
    case absoluteTarget
    case targetTooLong(limit: Int)
    case unsupportedVersion
    /// CR or LF alone (RFC 9112, section 2.2).
    case bareLineBreak
    /// A continued line (RFC 9112, section 5.2).
    case foldedField
    /// A field line without a name or a colon, or with bytes that a name or value may not have.
    case malformedField
    /// White space between name and colon (RFC 9112, section 5.1).
    case whitespaceBeforeColon
    case headersTooLarge(limit: Int)
    case tooManyFields(limit: Int)
    case missingHost
    case repeatedHost
    case malformedHost
    case malformedContentLength
    case repeatedContentLength
    /// Both framings at once: a smuggling attempt (RFC 9112, section 6.3).
    case lengthWithTransferCoding
    case malformedTransferCoding
    case unknownTransferCoding
    case unsupportedExpectation
    /// The header section did not arrive in time.
    case headerTimeout
    case tooManyConnections
    /// The handler's response cannot be sent, such as a file that is gone.
    case unsendableResponse
}

extension ProtocolError {
    /// The status of the answer.
    package var status: HTTPResponse.Status {
        switch self {
        case .malformedRequestLine, .malformedTarget, .absoluteTarget, .bareLineBreak, .foldedField, .malformedField,
            .whitespaceBeforeColon, .missingHost, .repeatedHost, .malformedHost, .malformedContentLength,
            .repeatedContentLength, .lengthWithTransferCoding, .malformedTransferCoding:
            .badRequest
        case .targetTooLong: .uriTooLong
        case .headersTooLarge, .tooManyFields: .requestHeaderFieldsTooLarge
        case .unsupportedVersion: .httpVersionNotSupported
        case .unknownTransferCoding: .notImplemented
        case .unsupportedExpectation: .expectationFailed
        case .headerTimeout: .requestTimeout
        case .tooManyConnections: .serviceUnavailable
        case .unsendableResponse: .internalServerError
        }
    }
}

extension ProtocolError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformedRequestLine: "the request line is not a method, a target and a version with one space between"
        case .malformedTarget: "the target is not a path with valid percent encoding and without dot segments"
        case .absoluteTarget: "the target is in absolute form; send the path alone"
        case .targetTooLong(let limit): "the target is longer than \(limit) bytes"
        case .unsupportedVersion: "the version is neither HTTP/1.1 nor HTTP/1.0"
        case .bareLineBreak: "a line does not end with CR LF"
        case .foldedField: "a header field is continued on a second line"
        case .malformedField: "a header field has no name or no colon, or holds bytes that are not allowed"
        case .whitespaceBeforeColon: "there is white space between a header field's name and its colon"
        case .headersTooLarge(let limit): "the header section is larger than \(limit) bytes"
        case .tooManyFields(let limit): "there are more than \(limit) header fields"
        case .missingHost: "the Host header field is missing"
        case .repeatedHost: "there is more than one Host header field"
        case .malformedHost: "the Host header field is not a host with an optional port"
        case .malformedContentLength: "Content-Length is not a decimal number"
        case .repeatedContentLength: "there is more than one Content-Length header field"
        case .lengthWithTransferCoding: "Content-Length and Transfer-Encoding exclude each other"
        case .malformedTransferCoding: "Transfer-Encoding is repeated, or the version is HTTP/1.0"
        case .unknownTransferCoding: "the only transfer coding understood is chunked"
        case .unsupportedExpectation: "the only expectation understood is 100-continue"
        case .headerTimeout: "the header section did not arrive in time"
        case .tooManyConnections: "there are too many open connections; try again later"
        case .unsendableResponse: "the response cannot be sent"
        }
    }
}
