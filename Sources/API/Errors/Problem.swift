package import HTTPServer
package import HTTPTypes
import Models
import OpenID
import Pipelines
import Store

/// An error as clients get it: `application/problem+json` (RFC 9457) with a stable `code`.
package struct Problem: Hashable, Sendable {
    package let status: HTTPResponse.Status
    package let code: String
    package let detail: String
    /// Seconds, with 503 and 429.
    package var retryAfter: Int?
    /// `WWW-Authenticate`, with 401 and 403.
    package var challenge: String?

    init(status: HTTPResponse.Status, code: String, detail: String, retryAfter: Int? = nil) {
        self.status = status
        self.code = code
        self.detail = detail
        self.retryAfter = retryAfter
    }
}

/// The one place where errors get statuses.
extension Problem {
    /// Nil for errors that are the service's own fault.
    package init?(_ error: any Error) {
        switch error {
        case let error as ServiceError:
            self.init(
                status: error.status, code: error.code, detail: error.description, retryAfter: error.retryAfter)
            challenge = error.challenge
        case let refusal as TokenRefusal:
            self.init(status: .unauthorized, code: refusal.code, detail: refusal.description)
            // Its holder can do something about it, other than about a token of the service (RFC 6750, section 3).
            challenge =
                #"Bearer realm="cinegrad", error="invalid_token", error_description="\#(refusal.description)""#
        case let error as KeysUnavailable:
            self.init(
                status: .serviceUnavailable, code: "access.jwt-keys-unavailable", detail: error.description,
                retryAfter: error.seconds)
        case let foreign as ForeignThing:
            self.init(status: .notFound, code: foreign.told.code, detail: foreign.told.description)
        case let error as GunzipError:
            self.init(status: .badRequest, code: "request.malformed-coding", detail: Self.sentence(error.description))
        case let error as ProtocolError: self.init(error)
        case let error as BodyError: self.init(error)
        case let error as MultipartError:
            self.init(status: .badRequest, code: "request.malformed-form", detail: Self.sentence(error.description))
        case let error as StoreError:
            guard let problem = Problem(error) else { return nil }
            self = problem
        default:
            guard let failure = Failure(error) else { return nil }
            self.init(
                status: Self.status(of: failure, error), code: failure.code, detail: Self.sentence(failure.message))
        }
    }

    package init(_ error: ProtocolError) {
        self.init(
            status: error.status, code: error.code, detail: Self.sentence(error.description),
            retryAfter: error == .tooManyConnections ? 1 : nil)
    }

    private init(_ error: BodyError) {
        let (status, code): (HTTPResponse.Status, String) =
            switch error {
            case .tooLarge: (.contentTooLarge, "request.too-large")
            case .malformedChunk: (.badRequest, "request.malformed-chunk")
            case .clientClosed: (.badRequest, "request.incomplete")
            case .timedOut: (.requestTimeout, "request.timeout")
            }
        self.init(status: status, code: code, detail: Self.sentence(error.description))
    }

    private init?(_ error: StoreError) {
        let detail = Self.sentence(error.description)
        switch error {
        case .inUse: self.init(status: .conflict, code: "resource.in-use", detail: detail)
        case .running: self.init(status: .conflict, code: "explanation.running", detail: detail)
        case .nameTaken: self.init(status: .conflict, code: "model.name-taken", detail: detail)
        case .queueFull(_, let seconds):
            self.init(status: .serviceUnavailable, code: "queue.full", detail: detail, retryAfter: seconds)
        case .shareFull(_, let seconds):
            self.init(status: .tooManyRequests, code: "queue.share-full", detail: detail, retryAfter: seconds)
        case .unknownVideo: self.init(status: .notFound, code: "video.not-found", detail: detail)
        case .unknownModel: self.init(status: .notFound, code: "model.not-found", detail: detail)
        case .invalidCursor: self.init(status: .badRequest, code: "request.invalid-cursor", detail: detail)
        case .diskFull:
            self.init(
                status: .init(code: 507, reasonPhrase: "Insufficient Storage"), code: "storage.full",
                detail: "There is no room left for this.", retryAfter: 60)
        case .notADirectory, .noPermission, .readOnly, .notADataDirectory, .exists, .damagedContent,
            .lockedByAnotherProcess, .newerSchema, .file, .database, .corrupt,
            .uploadClosed,
            .invalidMap, .invalidClip:
            return nil
        }
    }

    private static func status(of failure: Failure, _ error: any Error) -> HTTPResponse.Status {
        switch error {
        case ExplainError.unknownModel, ExplainError.unknownVideo: .notFound
        case PictureError.nothing, PictureError.noFrame, is ResultObjectError: .notFound
        case let error as DocumentError where error.isMalformed: .badRequest
        case ExplainError.invalidRequest(let error) where error.isMalformed: .badRequest
        default: .unprocessableContent
        }
    }

    static let internalError = Problem(
        status: .internalServerError, code: "service.internal",
        detail: "The service failed at this request. The log has more.")

    /// With a full stop, and with a capital letter unless it begins with the name of a field or an id.
    private static func sentence(_ text: String) -> String {
        let isWord = text.prefix { $0 != " " }.allSatisfy(\.isLetter)
        let text = isWord ? text.prefix(1).uppercased() + text.dropFirst() : text
        return text.hasSuffix(".") ? text : text + "."
    }
}

extension Problem {
    package var response: Response {
        var headers: HTTPFields = [.contentType: "application/problem+json", .cacheControl: "no-store"]
        if let retryAfter { headers[.retryAfter] = String(retryAfter) }
        headers[.wwwAuthenticate] = challenge
        let document = ProblemDocument(
            title: status.reasonPhrase.isEmpty ? "Error" : status.reasonPhrase, status: status.code, code: code,
            detail: detail)
        return Response(status: status, headers: headers, body: .bytes(JSONText(document).bytes))
    }
}

private struct ProblemDocument: Encodable {
    let title: String
    let status: Int
    let code: String
    let detail: String
}

extension ProtocolError {
    /// Stable, for programs.
    var code: String {
        switch self {
        case .malformedRequestLine: "http.malformed-request-line"
        case .malformedTarget: "http.malformed-target"
        case .absoluteTarget: "http.absolute-target"
        case .targetTooLong: "http.target-too-long"
        case .unsupportedVersion: "http.unsupported-version"
        case .bareLineBreak: "http.bare-line-break"
        case .foldedField: "http.folded-field"
        case .malformedField: "http.malformed-field"
        case .whitespaceBeforeColon: "http.whitespace-before-colon"
        case .headersTooLarge: "http.headers-too-large"
        case .tooManyFields: "http.too-many-fields"
        case .missingHost: "http.missing-host"
        case .repeatedHost: "http.repeated-host"
        case .malformedHost: "http.malformed-host"
        case .malformedContentLength: "http.malformed-content-length"
        case .repeatedContentLength: "http.repeated-content-length"
        case .lengthWithTransferCoding: "http.length-with-transfer-coding"
        case .malformedTransferCoding: "http.malformed-transfer-coding"
        case .unknownTransferCoding: "http.unknown-transfer-coding"
        case .unsupportedExpectation: "http.unsupported-expectation"
        case .headerTimeout: "http.header-timeout"
        case .tooManyConnections: "http.too-many-connections"
        case .unsendableResponse: "service.internal"
        }
    }
}
