import Cine
import DICOM
import Foundation
import HTTPServer
import HTTPTypes
import Pipelines
import Store
import Video

/// Explanations as objects for the archive that their sources came from.
struct ResultHandlers: Sendable {
    let resources: Resources

    static let mediaType = "application/dicom"

    /// `GET /v1/explanations/{id}/dicom`: the cine, or with `object=sr` the structured report.
    @Sendable func show(_ request: Request) async throws -> Response {
        try request.allowQuery("object", "map", "frames")
        let kind = try request.name("object", as: ResultKind.self) ?? .cine
        let map = try request.name("map", as: MapKind.self)
        let allFrames = try request.name("frames", as: CineFrames.self) == .all
        let resources = resources
        let bytes = try await offload { () -> [UInt8] in
            let explanation = try StoredExplanation.find(request.parameter("id"), in: resources)
            guard let record = try resources.store.explanation(id: explanation.id) else {
                throw ServiceError.notFound(what: "explanation", id: explanation.id)
            }
            let library = ResultLibrary(store: resources.store, limits: resources.limits.video)
            guard kind == .cine, map != nil || allFrames else {
                return [UInt8](try library.file(kind, of: record, report: explanation.text))
            }
            let name = "dicom \(explanation.id) \(map?.rawValue ?? "") \(allFrames)"
            return try resources.pictures.bytes(name) {
                try library.maker(of: record, report: explanation.text).cine(map: map, allFrames: allFrames).file
            }
        }
        return await .immutable(bytes, type: Self.mediaType, request: request, vary: false)
    }
}

/// Which frames a cine has.
enum CineFrames: String, CaseIterable {
    /// Fewer than 90, which viewers play as a cine.
    case playable
    case all
}
