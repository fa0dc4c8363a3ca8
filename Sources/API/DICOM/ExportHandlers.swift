import HTTPServer
import HTTPTypes
import Store

/// How far the objects of an explanation are on their way to the archive.
struct ExportHandlers: Sendable {
    let resources: Resources

    /// `GET /v1/explanations/{id}/export`
    @Sendable func show(_ request: Request) async throws -> Response {
        try request.allowQuery()
        let (store, id) = (resources.store, request.parameter("id"))
        return .json(
            try await offload {
                guard let export = try store.export(explanation: id) else { throw try Self.absence(id, in: store) }
                return try Self.document(export, in: store)
            })
    }

    /// `POST /v1/explanations/{id}/export`: tries again, whatever came of it before.
    @Sendable func create(_ request: Request) async throws -> Response {
        try request.allowQuery()
        let (store, id) = (resources.store, request.parameter("id"))
        let document = try await offload {
            guard let export = try store.requeueExport(explanation: id) else { throw try Self.absence(id, in: store) }
            return try Self.document(export, in: store)
        }
        return .json(document, status: .accepted)
    }

    /// Why an explanation has no export.
    private static func absence(_ id: String, in store: Store) throws -> any Error {
        guard let record = try store.explanation(id: id) else {
            return ServiceError.notFound(what: "explanation", id: id)
        }
        return record.state == .succeeded
            ? ServiceError.noExport(id: id) : ServiceError.notFinished(id: id, state: record.state.rawValue)
    }

    private static func document(_ export: ExportRecord, in store: Store) throws -> JSONText {
        JSONText(
            ExportDocument(
                export,
                objects: try store.results(
                    explanation: export.explanation, study: nil, series: nil, instance: nil)))
    }
}

/// An export as clients see it.
struct ExportDocument: Encodable {
    struct Object: Encodable {
        let object, study, series, instance, link: String
    }

    struct Failure: Encodable { let code, message: String }

    let explanation, state: String
    let attempts: Int
    /// Of the next attempt; nil when none is to come.
    let dueAt: String?
    let changedAt: String
    /// Of the last attempt.
    let error: Failure?
    let objects: [Object]

    init(_ export: ExportRecord, objects: [ResultRecord]) {
        explanation = export.explanation
        state = export.state.rawValue
        attempts = export.attempts
        dueAt = export.state == .waiting ? export.dueAt.timestamp : nil
        changedAt = export.changedAt.timestamp
        error = export.errorCode.flatMap { code in
            export.errorMessage.map { Failure(code: code, message: $0) }
        }
        self.objects = objects.map {
            Object(
                object: $0.kind, study: $0.study, series: $0.series, instance: $0.instance,
                link: "/dicom-web/studies/\($0.study)/series/\($0.series)/instances/\($0.instance)")
        }
    }
}
