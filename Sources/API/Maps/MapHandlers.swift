import Cine
import HTTPServer
import HTTPTypes
import Pipelines
import Store
import Tensors
import Video

struct MapHandlers: Sendable {
    let resources: Resources

    /// `GET /v1/explanations/{id}/maps/{kind}`: all frames as JSON, npy, a contact sheet, or moving.
    @Sendable func whole(_ request: Request) async throws -> Response {
        try request.allowQuery(["format", "values", "rate"] + PictureParameters.map + PictureParameters.common)
        let type = try MediaType.negotiate(request, offered: [.json, .npy, .png, .gif, .mp4])
        let look = try PictureParameters.look(request, zoom: type == .png ? 1 : 4)
        let rate = try PictureParameters.rate(request)
        let withValues = try request.name("values", as: PictureParameters.Switch.self) ?? .true
        let resources = resources
        let bytes = try await offload { () -> [UInt8] in
            let explanation = try StoredExplanation.find(request.parameter("id"), in: resources)
            let map = try StoredMap.find(request.parameter("kind"), of: explanation)
            switch type {
            case .json:
                return MapDocument.json(
                    map.head(frame: nil, shape: map.shape), values: withValues == .true ? try map.values() : nil)
            case .npy, .npz:
                let values = try map.values()
                return try NumPy.encode(Tensor(shape: Shape(map.shape), values: values), shape: Shape(map.shape))
            case .png, .gif, .mp4:
                return try explanation.whole(.map(try map.kind), request, type, look: look, rate: rate)
            }
        }
        return await .immutable(bytes, type: type.rawValue, request: request, vary: true)
    }

    /// `GET /v1/explanations/{id}/maps/{kind}/frames/{n}`: one frame, read without the others.
    @Sendable func frame(_ request: Request) async throws -> Response {
        try request.allowQuery(["format"] + PictureParameters.map + PictureParameters.common)
        let type = try MediaType.negotiate(request, offered: [.png, .json, .npy])
        let look = try PictureParameters.look(request, zoom: 4)
        let resources = resources
        let bytes = try await offload { () -> [UInt8] in
            let explanation = try StoredExplanation.find(request.parameter("id"), in: resources)
            let map = try StoredMap.find(request.parameter("kind"), of: explanation)
            let text = request.parameter("n")
            guard let number = Int(text), (0..<map.info.frames).contains(number) else {
                throw ServiceError.noFrame(frame: text, frames: map.info.frames)
            }
            let shape = [map.info.components, map.info.height, map.info.width]
            switch type {
            case .json:
                return MapDocument.json(map.head(frame: number, shape: shape), values: try map.frame(number))
            case .npy, .npz:
                return try NumPy.encode(Tensor(shape: Shape(shape), values: map.frame(number)), shape: Shape(shape))
            case .png, .gif, .mp4:
                return try explanation.picture(request, type) {
                    try explanation.book(look).png(.map(try map.kind), frame: number + map.info.firstClipFrame)
                }
            }
        }
        return await .immutable(bytes, type: type.rawValue, request: request, vary: true)
    }
}

extension StoredMap {
    /// - Throws: ``ServiceError/notFound(what:id:)`` for arrays that are no maps.
    var kind: MapKind {
        get throws {
            guard let kind = MapKind(rawValue: info.kind) else {
                throw ServiceError.notFound(what: "map", id: info.kind)
            }
            return kind
        }
    }

    func head(frame: Int?, shape: [Int]) -> MapDocument.Head {
        MapDocument.Head(
            explanation: explanation, kind: info.kind, shape: shape,
            axes: frame == nil ? axes : axes.filter { $0 != "frame" }, unit: unit, scale: info.scale, frame: frame,
            clipFrame: frame.map { $0 + info.firstClipFrame })
    }
}
