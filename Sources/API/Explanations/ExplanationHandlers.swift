import Pipelines
import Foundation
import HTTPServer
import HTTPTypes
import Jobs
import Store

struct ExplanationHandlers: Sendable {
    let resources: Resources
    private var store: Store { resources.store }

    /// `POST /v1/explanations`: 202, or 200 if `?wait=` seconds were enough; 200 for a dry run, which queues nothing.
    @Sendable func create(_ request: Request) async throws -> Response {
        try request.allowQuery("wait", "model", "priority", "webhook")
        let wait = try request.integer("wait", in: 0...ServiceLimits.waitSeconds) ?? 0
        let priority = try request.name("priority", as: JobPriority.self) ?? .normal
        // Who can go before the others decides for them.
        guard priority != .high || request.caller.managesAll else { throw ServiceError.missingScope(.manage) }
        let webhook = request.query.first("webhook")
        if let webhook, !resources.webhooks.allows(webhook) {
            throw ServiceError.webhookNotAllowed(isOff: resources.webhooks.isEmpty)
        }
        let key = try idempotencyKey(request)
        let accepted: ExplanationSubmission.Accepted
        switch try await ExplanationSubmission(resources: resources).read(request) {
        case .dryRun(let cost): return .json(JSONText(cost))
        case .job(let job): accepted = job
        }
        let fingerprint = try ExplanationSubmission.fingerprint(
            accepted, priority: priority, webhook: webhook)
        let text = JSONText(accepted.request).text
        let (store, owner) = (store, request.caller.owner)
        let outcome = try await offload {
            try store.enqueue(
                request: text, videoID: accepted.videoID, modelID: accepted.modelID, artefacts: accepted.artefacts,
                idempotency: key.map { (key: $0, fingerprint: fingerprint) }, owner: owner,
                priority: priority, webhook: webhook)
        }
        let record: ExplanationRecord
        switch outcome {
        case .created(let created):
            resources.wake()
            record = created
        case .existing(let existing): record = existing
        case .conflict: throw ServiceError.idempotencyConflict
        }
        return try await answer(await settled(record, within: wait))
    }

    private func idempotencyKey(_ request: Request) throws -> String? {
        guard let name = HTTPField.Name("Idempotency-Key"), let key = request.head.headerFields[name] else {
            return nil
        }
        guard (1...255).contains(key.utf8.count) else {
            throw ServiceError.invalidParameter(name: "Idempotency-Key", reason: "expected 1 to 255 characters")
        }
        return key
    }

    /// The record when it is final, or as it is when the time is over.
    private func settled(_ record: ExplanationRecord, within seconds: Int) async throws -> ExplanationRecord {
        guard seconds > 0, !record.state.isFinal else { return record }
        let changes = store.changes(explanation: record.id)
        return try await withThrowingTaskGroup(of: ExplanationRecord?.self) { group in
            group.addTask {
                for await change in changes where change.state.isFinal { return change }
                return nil
            }
            group.addTask {
                try await Task.sleep(for: .seconds(seconds))
                return nil
            }
            let first = try await group.next() ?? nil
            group.cancelAll()
            if let first { return first }
            let (store, id) = (store, record.id)
            return try await offload { try store.explanation(id: id) } ?? record
        }
    }

    private func answer(_ record: ExplanationRecord) async throws -> Response {
        let document = try await document(record)
        if record.state.isFinal { return .json(document, headers: [.location: "/v1/explanations/\(record.id)"]) }
        return .json(
            document, status: .accepted, headers: [.location: "/v1/explanations/\(record.id)", .retryAfter: "1"])
    }

    private func document(_ record: ExplanationRecord) async throws -> JSONText {
        let store = store
        let position =
            record.state == .queued
            ? try await offload { try store.queuePosition(explanation: record.id) } : nil
        return ExplanationDocument(record, position: position, now: Date()).json
    }

    @Sendable func list(_ request: Request) async throws -> Response {
        try request.allowQuery("state", "video", "model", "study", "series", "instance", "limit", "cursor")
        let state = try request.name("state", as: JobState.self)
        let (cursor, limit) = try request.page()
        let (store, resources, video) = (store, resources, request.query.first("video"))
        let caller = request.caller
        let name = request.query.first("model")
        let source = ExplanationSource(
            study: try request.uidParameter("study"), series: try request.uidParameter("series"),
            instance: try request.uidParameter("instance"))
        let page = try await offload {
            let model = try name.map { try resources.modelID(of: $0, for: caller) ?? $0 }
            return try store.explanations(
                seenBy: caller.viewer, state: state, video: video, model: model, source: source, after: cursor,
                limit: limit)
        }
        let now = Date()
        let items = page.records.map { ExplanationDocument($0, position: nil, now: now).json.text }
        let list = JSONText(stored: "{\"items\":[\(items.joined(separator: ","))]}")
        return .json(page.next.map { list.adding("next", "\"\($0)\"") } ?? list)
    }

    /// `GET /v1/explanations/{id}`: the job and its report, or everything that came of it in one file.
    @Sendable func show(_ request: Request) async throws -> Response {
        try request.allowQuery("wait", "format")
        let wait = try request.integer("wait", in: 0...ServiceLimits.waitSeconds) ?? 0
        let type = try MediaType.negotiate(request, offered: [.json, .npz])
        let record = try await settled(find(request), within: wait)
        switch type {
        case .npz:
            let resources = resources
            let bytes = try await offload {
                let explanation = try StoredExplanation.find(record.id, in: resources)
                return try ArrayBundle(stored: record.id, report: explanation.text, in: resources.store).bytes
            }
            return await .immutable(bytes, type: type.rawValue, request: request, vary: true)
        case .json, .npy, .png, .gif, .mp4: return .json(try await document(record), headers: [.vary: "Accept"])
        }
    }

    /// `DELETE /v1/explanations/{id}`: cancels what waits or runs, deletes what is finished.
    @Sendable func delete(_ request: Request) async throws -> Response {
        try request.allowQuery()
        let record = try await find(request)
        let store = store
        if record.state.isFinal {
            _ = try await offload { try store.deleteExplanation(id: record.id) }
            return .noContent()
        }
        let outcome = try await offload { try store.requestCancel(id: record.id) }
        switch outcome {
        case .unknown: throw ServiceError.notFound(what: "explanation", id: record.id)
        case .cancelled, .requested, .finished:
            let current = try await find(request)
            return .json(try await document(current), status: current.state.isFinal ? .ok : .accepted)
        }
    }

    func find(_ request: Request) async throws -> ExplanationRecord {
        let (store, id) = (store, request.parameter("id"))
        guard let record = try await offload({ try store.explanation(id: id) }) else {
            throw ServiceError.notFound(what: "explanation", id: id)
        }
        return record
    }
}
