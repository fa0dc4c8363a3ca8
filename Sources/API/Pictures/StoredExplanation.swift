import Cine
import HTTPServer
import Pipelines
import Store
import Tensors
import Video

/// An explanation that has a report.
struct StoredExplanation: Sendable {
    let id: String
    let videoID: String
    /// JSON text.
    let text: String
    let report: StoredReport
    let resources: Resources

    /// - Throws: ``ServiceError/notFound(what:id:)``, ``ServiceError/notFinished(id:state:)``.
    static func find(_ id: String, in resources: Resources) throws -> StoredExplanation {
        guard let record = try resources.store.explanation(id: id) else {
            throw ServiceError.notFound(what: "explanation", id: id)
        }
        guard let result = record.result else {
            throw ServiceError.notFinished(id: id, state: record.state.rawValue)
        }
        return StoredExplanation(
            id: id, videoID: record.videoID, text: result, report: StoredReport(result), resources: resources)
    }

    /// - Throws: `DecodingError` when what is stored is damaged.
    func book(_ look: PictureLook) throws -> PictureBook {
        PictureBook(
            try StoredMaterial(
                id, report: text, videoID: videoID, in: resources.store, limits: resources.limits.video),
            look: look)
    }

    /// All frames of something: on a sheet, or moving.
    func whole(
        _ subject: PictureSubject, _ request: Request, _ type: MediaType, look: PictureLook, rate: FrameRate?
    ) throws -> [UInt8] {
        try picture(request, type) {
            let book = try book(look)
            return switch type {
            case .gif: try book.animation(subject, format: .gif, rate: rate)
            case .mp4: try book.animation(subject, format: .mp4, rate: rate)
            case .json, .npy, .npz, .png: try book.sheet(subject)
            }
        }
    }

    /// A picture that may have been drawn before. Somebody waits for it, and nobody for the jobs beside it: they leave it a thread meanwhile.
    func picture(_ request: Request, _ type: MediaType, draw: () throws -> [UInt8]) throws -> [UInt8] {
        // Every parameter of the query counts, in any order; what chose the form does not, but the form.
        let parameters = request.query.names.sorted().map { "\($0)=\(request.query.first($0) ?? "")" }
        let name = "\([type.rawValue] + request.segments + parameters)"
        return try resources.pictures.bytes(name) { try resources.budget.parallelism.counting(draw) }
    }
}
