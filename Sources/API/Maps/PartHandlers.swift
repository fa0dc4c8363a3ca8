import HTTPServer
import Pipelines
import Store
import Tensors

/// What an explanation has besides its maps: vectors, trajectories, the flow itself, what the model saw under noise, and figures of all of it.
struct PartHandlers: Sendable {
    let resources: Resources

    /// `GET /v1/explanations/{id}/vectors`
    @Sendable func vectors(_ request: Request) async throws -> Response {
        try await document(request, .vectors, subject: .vectors)
    }

    /// `GET /v1/explanations/{id}/trajectories`
    @Sendable func trajectories(_ request: Request) async throws -> Response {
        try await document(request, .trajectories, subject: .trajectories)
    }

    private func document(
        _ request: Request, _ name: Artefact.Name, subject: PictureSubject
    ) async throws -> Response {
        try request.allowQuery(["format", "frame", "rate"] + PictureParameters.common)
        return try await answer(request, offered: [.json, .png, .gif, .mp4], subject: subject, zoom: 3) {
            explanation, _ in
            guard let data = try explanation.resources.store.artefact(explanation: explanation.id, name: name) else {
                throw ServiceError.noPart(id: explanation.id, what: name.rawValue)
            }
            return [UInt8](data)
        }
    }

    /// `GET /v1/explanations/{id}/flow`
    @Sendable func flow(_ request: Request) async throws -> Response {
        try request.allowQuery(
            ["format", "values", "frame", "rate"] + PictureParameters.field + PictureParameters.common)
        let withValues = try request.name("values", as: PictureParameters.Switch.self) ?? .true
        return try await answer(request, offered: [.json, .npy, .png, .gif, .mp4], subject: .flow, zoom: 3) {
            try StoredMap.auxiliary(.samplingFlow, of: $0).bytes($1, withValues: withValues == .true)
        }
    }

    /// `GET /v1/explanations/{id}/noise`
    @Sendable func noise(_ request: Request) async throws -> Response {
        try request.allowQuery("format", "values", "zoom", "density", "title")
        let withValues = try request.name("values", as: PictureParameters.Switch.self) ?? .true
        return try await answer(request, offered: [.json, .npy, .png], subject: .noise, zoom: 2) {
            try StoredMap.auxiliary(.noisyFrames, of: $0).bytes($1, withValues: withValues == .true)
        }
    }

    /// `GET /v1/explanations/{id}/figure`: the frame with its flow beside the importance of each part.
    @Sendable func figure(_ request: Request) async throws -> Response {
        try request.allowQuery(
            ["format", "frame", "rate", "zoom", "density", "geometry", "title"] + PictureParameters.map)
        return try await answer(request, offered: [.png, .gif, .mp4], subject: .figure, zoom: 2) { _, _ in [] }
    }

    /// `GET /v1/explanations/{id}/timeline`: what belongs to each frame.
    @Sendable func timeline(_ request: Request) async throws -> Response {
        try request.allowQuery("format", "frame", "width", "density", "title")
        let type = try MediaType.negotiate(request, offered: [.json, .png])
        let look = try PictureParameters.look(request, zoom: 1)
        let frame = try PictureParameters.frame(request)
        let width = try request.integer("width", in: 240...4000) ?? 720
        let resources = resources
        let bytes = try await offload { () -> [UInt8] in
            let explanation = try StoredExplanation.find(request.parameter("id"), in: resources)
            guard let timeline = explanation.report.timeline else {
                throw ServiceError.noPart(id: explanation.id, what: "timeline")
            }
            return type == .png
                ? try explanation.book(look).timeline(current: frame, width: width) : JSONText(timeline).bytes
        }
        return await .immutable(bytes, type: type.rawValue, request: request, vary: true)
    }

    /// Numbers or pictures.
    /// - Parameters:
    ///   - zoom: of pictures, when none is asked for.
    ///   - numbers: the JSON or npy.
    private func answer(
        _ request: Request, offered: [MediaType], subject: PictureSubject, zoom: Int,
        numbers: @escaping @Sendable (StoredExplanation, MediaType) throws -> [UInt8]
    ) async throws -> Response {
        let type = try MediaType.negotiate(request, offered: offered)
        let look = try PictureParameters.look(request, zoom: zoom)
        let rate = try PictureParameters.rate(request)
        let frame = try PictureParameters.frame(request)
        let resources = resources
        let bytes = try await offload { () -> [UInt8] in
            let explanation = try StoredExplanation.find(request.parameter("id"), in: resources)
            switch type {
            case .json, .npy, .npz: return try numbers(explanation, type)
            case .png, .gif, .mp4:
                do {
                    // The middle of a figure of all frames would be too small to be seen.
                    let single = frame ?? (subject == .figure ? explanation.report.middleFrame : nil)
                    if type == .png, let single {
                        return try explanation.picture(request, type) {
                            try explanation.book(look).png(subject, frame: single)
                        }
                    }
                    return try explanation.whole(subject, request, type, look: look, rate: rate)
                } catch PictureError.nothing(let what) {
                    throw ServiceError.noPart(id: explanation.id, what: what)
                }
            }
        }
        return await .immutable(bytes, type: type.rawValue, request: request, vary: true)
    }
}

extension StoredMap {
    /// As JSON or as an array.
    fileprivate func bytes(_ type: MediaType, withValues: Bool) throws -> [UInt8] {
        guard type == .npy else {
            return MapDocument.json(head(frame: nil, shape: shape), values: withValues ? try values() : nil)
        }
        return try NumPy.encode(Tensor(shape: Shape(shape), values: values()), shape: Shape(shape))
    }

    /// - Throws: ``ServiceError`` when the explanation has none.
    fileprivate static func auxiliary(_ kind: AuxiliaryMap, of explanation: StoredExplanation) throws -> StoredMap {
        let (store, id) = (explanation.resources.store, explanation.id)
        guard let info = try store.mapInfo(explanation: id, kind: kind.rawValue) else {
            throw ServiceError.noPart(id: id, what: kind.words)
        }
        return StoredMap(
            store: store, explanation: id, info: info, shape: [info.components, info.frames, info.height, info.width],
            axes: kind.axes, unit: kind.unit)
    }
}

extension AuxiliaryMap {
    fileprivate var words: String {
        switch self {
        case .samplingFlow: "flow"
        case .noisyFrames: "noise"
        }
    }

    fileprivate var axes: [String] {
        switch self {
        case .samplingFlow: ["component (x, y)", "frame", "y", "x"]
        case .noisyFrames: ["channel", "first, middle, last frame", "y", "x"]
        }
    }

    fileprivate var unit: String {
        switch self {
        case .samplingFlow: "pixel"
        case .noisyFrames: "intensity"
        }
    }
}
