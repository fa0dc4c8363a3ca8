import Evaluation
import Foundation
import HTTPServer
import HTTPTypes
import Models
import Pipelines
import Rendering
import Store

struct EvaluationHandlers: Sendable {
    let resources: Resources
    private var store: Store { resources.store }

    /// `POST /v1/evaluations`: 202; models that do not fit are refused before anything is queued.
    @Sendable func create(_ request: Request) async throws -> Response {
        try request.allowQuery()
        guard request.mediaType == "application/json" || request.mediaType == nil else {
            throw ServiceError.unsupportedMediaType(found: request.mediaType, expected: "application/json")
        }
        let body = try await request.body.collect(upTo: ServiceLimits.documentBytes)
        let wanted = try EvaluationRequest(json: Data(body))
        let (store, resources, caller) = (store, resources, request.caller)
        let record = try await offload {
            let plan = try wanted.plan(Self.subjects(wanted.model, for: caller, in: resources))
            for subject in plan.subjects {
                _ = try MovingShapesStudy(
                    resources.library.load(id: subject.model).network, task: subject.task, options: plan.options)
            }
            return try store.addEvaluation(plan: plan.text(), total: plan.steps, owner: caller.owner)
        }
        resources.wakeEvaluations()
        return .json(
            try EvaluationDocument(record, report: nil).json, status: .accepted,
            headers: [.location: "/v1/evaluations/\(record.id)", .retryAfter: "10"])
    }

    private static func subjects(
        _ name: String?, for caller: Caller, in resources: Resources
    ) throws -> [EvaluationPlan.Subject] {
        guard let name else {
            return MovingShapesTask.allCases.map {
                EvaluationPlan.Subject(task: $0, model: $0.model.rawValue, sha256: $0.model.sha256)
            }
        }
        guard let id = try resources.modelID(of: name, for: caller) else { throw ExplainError.unknownModel(name) }
        let model = try resources.library.load(id: id)
        return [
            EvaluationPlan.Subject(
                task: MovingShapesStudy.task(of: model.network) ?? .sides, model: id, sha256: model.sha256)
        ]
    }

    @Sendable func list(_ request: Request) async throws -> Response {
        try request.allowQuery("limit", "cursor")
        let (cursor, limit) = try request.page()
        let (store, viewer) = (store, request.caller.viewer)
        let page = try await offload { try store.evaluations(seenBy: viewer, after: cursor, limit: limit) }
        let items = try page.records.map { try EvaluationDocument($0, report: nil).json.text }
        let list = JSONText(stored: "{\"items\":[\(items.joined(separator: ","))]}")
        return .json(page.next.map { list.adding("next", "\"\($0)\"") } ?? list)
    }

    /// `GET /v1/evaluations/{id}`: how far it is; with its tables once it has succeeded.
    @Sendable func show(_ request: Request) async throws -> Response {
        try request.allowQuery()
        let record = try await find(request)
        return .json(
            try EvaluationDocument(record, report: record.state == .succeeded ? await report(record) : nil).json)
    }

    /// `GET /v1/evaluations/{id}/report`: as text with tables, in Markdown.
    @Sendable func text(_ request: Request) async throws -> Response {
        try request.allowQuery()
        let report = try await finished(request)
        return await .immutable(
            Array(report.markdown.utf8), type: "text/markdown; charset=utf-8", request: request, vary: false)
    }

    /// `GET /v1/evaluations/{id}/figure`: the tables drawn.
    @Sendable func figure(_ request: Request) async throws -> Response {
        try request.allowQuery()
        let report = try await finished(request)
        let bytes = try await offload { try PNG.encode(report.figure(), text: [("Software", SoftwareVersion.name)]) }
        return await .immutable(bytes, type: "image/png", request: request, vary: false)
    }

    /// `DELETE /v1/evaluations/{id}`: cancels what waits or runs, deletes what is finished.
    @Sendable func delete(_ request: Request) async throws -> Response {
        try request.allowQuery()
        let (store, id) = (store, try await find(request).id)
        guard let cancelled = try await offload({ try store.endEvaluation(id: id) }) else { return .noContent() }
        return .json(try EvaluationDocument(cancelled, report: nil).json)
    }

    private func find(_ request: Request) async throws -> EvaluationRecord {
        let (store, id) = (store, request.parameter("id"))
        guard let record = try await offload({ try store.evaluation(id: id) }) else {
            throw ServiceError.notFound(what: "evaluation", id: id)
        }
        return record
    }

    private func finished(_ request: Request) async throws -> EvaluationReport {
        let record = try await find(request)
        guard record.state == .succeeded else {
            throw ServiceError.evaluationNotFinished(id: record.id, state: record.state.rawValue)
        }
        return try await report(record)
    }

    private func report(_ record: EvaluationRecord) async throws -> EvaluationReport {
        let store = store
        return try await offload { try EvaluationReport(stored: record, in: store) }
    }
}
