import Cine
import Foundation
import HTTPServer
import HTTPTypes
import Pipelines
import Store
import Tensors

/// What is finished of an explanation that has not succeeded: while it runs, and for good when it failed or was cancelled. It changes, so nothing here
/// may be cached.
struct PartialHandlers: Sendable {
    let resources: Resources

    /// `GET /v1/explanations/{id}/partial`: what the maps are.
    @Sendable func report(_ request: Request) async throws -> Response {
        try request.allowQuery()
        let resources = resources
        let text = try await offload { try Self.find(request.parameter("id"), in: resources).text }
        return .json(JSONText(stored: text))
    }

    /// `GET /v1/explanations/{id}/partial/{kind}`: a map as JSON, npy or a contact sheet.
    @Sendable func map(_ request: Request) async throws -> Response {
        try request.allowQuery(["format", "values"] + PictureParameters.map + PictureParameters.common)
        let type = try MediaType.negotiate(request, offered: [.json, .npy, .png])
        let look = try PictureParameters.look(request, zoom: 1)
        let withValues = try request.name("values", as: PictureParameters.Switch.self) ?? .true
        let resources = resources
        let bytes = try await offload { () -> [UInt8] in
            let explanation = try Self.find(request.parameter("id"), in: resources)
            let map = try StoredMap.find(request.parameter("kind"), of: explanation)
            switch type {
            case .json:
                return MapDocument.json(
                    map.head(frame: nil, shape: map.shape), values: withValues == .true ? try map.values() : nil)
            case .npy, .npz:
                return try NumPy.encode(
                    Tensor(shape: Shape(map.shape), values: map.values()), shape: Shape(map.shape))
            case .png, .gif, .mp4: return try explanation.book(look).sheet(.map(try map.kind))
            }
        }
        return Response(
            status: .ok, headers: [.contentType: type.rawValue, .cacheControl: "no-store", .vary: "Accept"],
            body: .bytes(bytes))
    }

    /// - Throws: ``ServiceError/notFound(what:id:)``, ``ServiceError/nothingPartial(id:state:)``.
    private static func find(_ id: String, in resources: Resources) throws -> StoredExplanation {
        guard let record = try resources.store.explanation(id: id) else {
            throw ServiceError.notFound(what: "explanation", id: id)
        }
        guard record.result == nil, let data = try resources.store.artefact(explanation: id, name: .partial) else {
            throw ServiceError.nothingPartial(id: id, state: record.state.rawValue)
        }
        let text = String(decoding: data, as: UTF8.self)
        return StoredExplanation(
            id: id, videoID: record.videoID, text: text, report: StoredReport(text), resources: resources)
    }
}
