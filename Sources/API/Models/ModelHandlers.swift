import Foundation
import HTTPServer
import HTTPTypes
import Models
import Pipelines
import Store
import Video

struct ModelHandlers: Sendable {
    let resources: Resources
    private var store: Store { resources.store }

    /// `POST /v1/models`: a form with a part `manifest` (JSON) and a part `checkpoint`, in any order. The checkpoint is bound to its architecture before
    /// anything is acknowledged; no code of it runs.
    @Sendable func create(_ request: Request) async throws -> Response {
        try request.allowQuery()
        let known = ["manifest", "checkpoint"]
        guard var form = Form(request, known: known, limit: resources.limits.modelBytes + ServiceLimits.formBytes)
        else {
            throw ServiceError.unsupportedMediaType(
                found: request.mediaType, expected: "multipart/form-data with the parts manifest and checkpoint")
        }
        var manifest: [UInt8]?
        var sink: UploadSink?
        do {
            while let part = try await form.next() {
                if part.name == "manifest" {
                    manifest = try await part.body.collect(upTo: ServiceLimits.documentBytes)
                } else {
                    var checkpoint = try await UploadSink(store)
                    sink = checkpoint
                    try await checkpoint.receive(part.body)
                }
            }
            guard manifest != nil else { throw ServiceError.missingPart(name: "manifest") }
            guard sink != nil else { throw ServiceError.missingPart(name: "checkpoint") }
        } catch {
            sink?.cancel()
            throw error
        }
        guard let manifest, let content = try await sink?.finish() else {
            throw ServiceError.missingPart(name: "checkpoint")
        }
        let (record, isNew) = try await accept(content, manifest: manifest, owner: request.caller.owner)
        return .json(
            JSONText(try ModelDocument(record)), status: isNew ? .created : .ok,
            headers: [.location: "/v1/models/\(record.id)"])
    }

    private func accept(
        _ content: Content, manifest json: [UInt8], owner: String
    ) async throws -> (record: ModelRecord, isNew: Bool) {
        let (store, limits, parallelism) = (store, resources.limits, resources.budget.parallelism)
        return try await offload {
            guard content.bytes <= limits.modelBytes else {
                try store.discard(content)
                throw BodyError.tooLarge(limit: limits.modelBytes)
            }
            if case .process(let executable) = limits.modelReading {
                do {
                    try ModelRehearsal.run(executable, manifest: Data(json), checkpoint: content.url)
                } catch {
                    try store.discard(content)
                    throw error
                }
            }
            return try ModelRegistration.register(
                content, manifest: Data(json), in: store, owner: owner, parallelism: parallelism)
        }
    }

    @Sendable func list(_ request: Request) async throws -> Response {
        try request.allowQuery()
        let (store, viewer, parallelism) = (store, request.caller.viewer, resources.budget.parallelism)
        let documents = try await offload {
            try BundledModel.allCases.map { try ModelDocument($0, parallelism: parallelism) }
                + store.models(seenBy: viewer).map(ModelDocument.init)
        }
        return .json(JSONText(PageDocument(items: documents, next: nil)))
    }

    /// By id or by name.
    @Sendable func show(_ request: Request) async throws -> Response {
        try request.allowQuery()
        let (store, name) = (store, request.parameter("id"))
        let parallelism = resources.budget.parallelism
        let document = try await offload { () -> ModelDocument? in
            if let record = try store.model(id: name) ?? store.model(name: name) { return try ModelDocument(record) }
            return try BundledModel(rawValue: name).map { try ModelDocument($0, parallelism: parallelism) }
        }
        guard let document else { throw ServiceError.notFound(what: "model", id: name) }
        return .json(JSONText(document))
    }

    @Sendable func delete(_ request: Request) async throws -> Response {
        try request.allowQuery()
        let (store, name) = (store, request.parameter("id"))
        guard BundledModel(rawValue: name) == nil else { throw ServiceError.bundledModel(name: name) }
        let wasThere = try await offload {
            guard let record = try store.model(id: name) ?? store.model(name: name) else { return false }
            return try store.deleteModel(id: record.id)
        }
        guard wasThere else { throw ServiceError.notFound(what: "model", id: name) }
        return .noContent()
    }
}
