package import HTTPTypes
package import Store

/// What is wrong with a request, apart from what the modules below say of its content.
package enum ServiceError: Error, Hashable, Sendable {
    case unknownRoute(path: String)
    case methodNotAllowed([String])
    case notFound(what: String, id: String)
    case unsupportedMediaType(found: String?, expected: String)
    case notAcceptable(offered: [String])
    case missingPart(name: String)
    case unknownPart(name: String, known: [String])
    case repeatedPart(name: String)
    case invalidParameter(name: String, reason: String)
    case unknownParameter(name: String, known: [String])
    case notFinished(id: String, state: String)
    case evaluationNotFinished(id: String, state: String)
    case noMap(id: String, kind: String, available: [String])
    case noFrame(frame: String, frames: Int)
    /// Of the source, outside of what a map covers.
    case notCovered(frame: String, frames: ClosedRange<Int>)
    /// Frames count from 1 in DICOMweb.
    case noDICOMFrame(frame: Int, frames: Int)
    /// Vectors, trajectories, flow or noise that this explanation does not have.
    case noPart(id: String, what: String)
    /// Of an explanation whose video is no DICOM object of a known study, or is gone.
    case noExport(id: String)
    /// Of an explanation that has nothing to show before its end.
    case nothingPartial(id: String, state: String)
    case bundledModel(name: String)
    case idempotencyConflict
    case rangeNotSatisfiable(size: Int)
    case missingToken
    /// Unknown, expired or revoked: which of them is nobody's business who does not hold it.
    case invalidToken
    case missingScope(TokenScope)
    /// An address that nobody named for webhooks.
    case webhookNotAllowed(isOff: Bool)
    /// A request to store that has no objects.
    case noInstances
    /// An object that does not say which study, series and instance it is.
    case noIdentifiers
    /// What the service needs and does not have.
    case notReady([String])
}

extension ServiceError {
    package var status: HTTPResponse.Status {
        switch self {
        case .unknownRoute, .notFound, .noMap, .noFrame, .notCovered, .noDICOMFrame, .noPart, .noExport,
            .nothingPartial:
            .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .unsupportedMediaType: .unsupportedMediaType
        case .notAcceptable: .notAcceptable
        case .missingPart, .unknownPart, .repeatedPart, .invalidParameter, .unknownParameter:
            .badRequest
        case .notFinished, .evaluationNotFinished, .bundledModel, .idempotencyConflict: .conflict
        case .rangeNotSatisfiable: .rangeNotSatisfiable
        case .missingToken, .invalidToken: .unauthorized
        case .missingScope: .forbidden
        case .webhookNotAllowed: .unprocessableContent
        case .noInstances: .badRequest
        case .noIdentifiers: .unprocessableContent
        case .notReady: .serviceUnavailable
        }
    }

    /// Seconds, with 503.
    var retryAfter: Int? {
        switch self {
        case .notReady: 5
        case .unknownRoute, .methodNotAllowed, .notFound, .unsupportedMediaType, .notAcceptable, .missingPart,
            .unknownPart, .repeatedPart, .invalidParameter, .unknownParameter, .notFinished, .evaluationNotFinished,
            .noMap, .noFrame, .notCovered, .noDICOMFrame, .noPart, .noExport, .nothingPartial, .bundledModel,
            .idempotencyConflict,
            .rangeNotSatisfiable,
            .missingToken, .invalidToken, .missingScope, .webhookNotAllowed, .noInstances, .noIdentifiers:
            nil
        }
    }

    package var code: String {
        switch self {
        case .unknownRoute: "route.not-found"
        case .methodNotAllowed: "route.method-not-allowed"
        case .notFound(let what, _): "\(what).not-found"
        case .unsupportedMediaType: "request.unsupported-media-type"
        case .notAcceptable: "request.not-acceptable"
        case .missingPart: "request.missing-part"
        case .unknownPart: "request.unknown-part"
        case .repeatedPart: "request.repeated-part"
        case .invalidParameter: "request.invalid-parameter"
        case .unknownParameter: "request.unknown-parameter"
        case .notFinished: "explanation.not-finished"
        case .evaluationNotFinished: "evaluation.not-finished"
        case .noMap: "map.not-found"
        case .noFrame, .notCovered, .noDICOMFrame: "frame.not-found"
        case .noPart: "explanation.no-such-part"
        case .noExport: "export.not-found"
        case .nothingPartial: "explanation.nothing-partial"
        case .bundledModel: "model.bundled"
        case .idempotencyConflict: "request.idempotency-conflict"
        case .rangeNotSatisfiable: "request.range-not-satisfiable"
        case .missingToken: "access.token-missing"
        case .invalidToken: "access.token-invalid"
        case .missingScope: "access.scope-missing"
        case .webhookNotAllowed: "webhook.not-allowed"
        case .noInstances: "dicom.no-instances"
        case .noIdentifiers: "dicom.no-identifiers"
        case .notReady: "service.not-ready"
        }
    }

    /// What a client is to do about its credentials (RFC 6750, section 3).
    package var challenge: String? {
        switch self {
        case .missingToken: #"Bearer realm="cinegrad""#
        case .invalidToken: #"Bearer realm="cinegrad", error="invalid_token""#
        case .missingScope(let scope):
            #"Bearer realm="cinegrad", error="insufficient_scope", scope="\#(scope.rawValue)""#
        case .unknownRoute, .methodNotAllowed, .notFound, .unsupportedMediaType, .notAcceptable, .missingPart,
            .unknownPart, .repeatedPart, .invalidParameter, .unknownParameter, .notFinished, .evaluationNotFinished,
            .noMap, .noFrame, .notCovered, .noDICOMFrame, .noPart, .noExport, .nothingPartial, .bundledModel,
            .idempotencyConflict,
            .rangeNotSatisfiable,
            .webhookNotAllowed, .noInstances, .noIdentifiers, .notReady:
            nil
        }
    }
}

extension ServiceError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownRoute(let path): "There is nothing at \(path); GET /openapi.yaml lists what there is."
        case .methodNotAllowed(let allowed): "This address takes \(allowed.joined(separator: ", "))."
        case .notFound(let what, let id): "There is no \(what) \(id)."
        case .unsupportedMediaType(let found, let expected):
            "The content type \(found ?? "(none)") is not taken here; send \(expected)."
        case .notAcceptable(let offered): "This can be had as \(offered.joined(separator: ", "))."
        case .missingPart(let name): "The form has no part \"\(name)\"."
        case .unknownPart(let name, let known):
            "The form has a part \"\(name)\"; known here: \(known.joined(separator: ", "))."
        case .repeatedPart(let name): "The form has more than one part \"\(name)\"."
        case .invalidParameter(let name, let reason): "The parameter \(name) is not valid: \(reason)."
        case .unknownParameter(let name, let known):
            known.isEmpty
                ? "The parameter \(name) is not known: this address takes none."
                : "The parameter \(name) is not known; known here: \(known.joined(separator: ", "))."
        case .notFinished(let id, let state): "The explanation \(id) is \(state): it has maps once it has succeeded."
        case .evaluationNotFinished(let id, let state):
            "The evaluation \(id) is \(state): it has a report once it has succeeded."
        case .noMap(let id, let kind, let available):
            "The explanation \(id) has no map \(kind); it has \(available.joined(separator: ", "))."
        case .noFrame(let frame, let frames): "There is no frame \(frame): frames count from 0 to \(frames - 1)."
        case .notCovered(let frame, let frames):
            "The map does not cover the frame \(frame) of the source: it covers \(frames.lowerBound) to \(frames.upperBound)."
        case .noDICOMFrame(let frame, let frames):
            "There is no frame \(frame): frames count from 1 to \(frames) here."
        case .noPart(let id, let what):
            "The explanation \(id) has no \(what): vectors, trajectories and flow come with the decomposition, the first two from methods whose maps are derivatives, noise from methods that add it."
        case .noExport(let id):
            "The explanation \(id) has nothing for an archive: its video is no DICOM object of a study, or is gone."
        case .nothingPartial(let id, let state):
            state == "succeeded"
                ? "The explanation \(id) has succeeded: its maps are whole, under /v1/explanations/\(id)/maps."
                : "The explanation \(id) is \(state) and nothing of it is finished: methods with noise have maps from their first samples on, windows from the first window on."
        case .bundledModel(let name): "The model \(name) is built in and stays."
        case .idempotencyConflict:
            "The Idempotency-Key belongs to another request; choose a new key for a new request."
        case .noInstances: "The request has no DICOM objects."
        case .noIdentifiers: "The DICOM object lacks the unique identifiers of its study, series, instance or class."
        case .rangeNotSatisfiable(let size): "The range begins behind the end; there are \(size) bytes."
        case .missingToken:
            "A token is needed here: send it as \"Authorization: Bearer TOKEN\". Who runs the service makes one with cinegrad tokens create."
        case .invalidToken:
            "The token is not one of this service, or it has expired or was revoked; ask who runs the service for another."
        case .missingScope(let scope): "The token does not have the scope \(scope.rawValue), which this takes."
        case .webhookNotAllowed(true): "This service sends no webhooks; who runs it can allow some (webhooks.allow)."
        case .webhookNotAllowed(false):
            "Webhooks to this address are not allowed; who runs the service names where they may go (webhooks.allow)."
        case .notReady(let failures): "The service cannot work: \(failures.joined(separator: "; "))."
        }
    }
}
