import Store
import HTTPServer
import HTTPTypes
import Pipelines
import Tensors
import Video

struct MapHandlers: Sendable {
    let resources: Resources

    /// `GET /v1/explanations/{id}/maps/{kind}`: all frames as JSON, npy or a contact sheet.
    @Sendable func whole(_ request: Request) async throws -> Response {
        try request.allowQuery("format", "values", "style", "colormap", "alpha", "scale", "zoom")
        let store = resources.store
        let type = try MediaType.negotiate(request, offered: [.json, .npy, .png])
        let style = try MapStyle(request, zoom: 1)
        let withValues = try request.name("values", as: Switch.self) ?? .true
        let bytes = try await offload { () -> [UInt8] in
            let map = try StoredMap.find(request, in: store)
            switch type {
            case .json:
                return MapDocument.json(
                    map.head(frame: nil, shape: map.shape), values: withValues == .true ? try map.values() : nil)
            case .npy:
                let values = try map.values()
                return try NumPy.encode(Tensor(shape: Shape(map.shape), values: values), shape: Shape(map.shape))
            case .png: return try MapPicture(map: map, style: style).contactSheet()
            }
        }
        return .immutable(bytes, type: type.rawValue, request: request, vary: true)
    }

    /// `GET /v1/explanations/{id}/maps/{kind}/frames/{n}`: one frame, read without the others.
    @Sendable func frame(_ request: Request) async throws -> Response {
        try request.allowQuery("format", "style", "colormap", "alpha", "scale", "zoom")
        let store = resources.store
        let type = try MediaType.negotiate(request, offered: [.png, .json, .npy])
        let style = try MapStyle(request, zoom: 4)
        let bytes = try await offload { () -> [UInt8] in
            let map = try StoredMap.find(request, in: store)
            let text = request.parameter("n")
            guard let number = Int(text), (0..<map.info.frames).contains(number) else {
                throw ServiceError.noFrame(frame: text, frames: map.info.frames)
            }
            let shape = [map.info.components, map.info.height, map.info.width]
            switch type {
            case .json:
                return MapDocument.json(map.head(frame: number, shape: shape), values: try map.frame(number))
            case .npy:
                return try NumPy.encode(Tensor(shape: Shape(shape), values: map.frame(number)), shape: Shape(shape))
            case .png: return try MapPicture(map: map, style: style).frame(number)
            }
        }
        return .immutable(bytes, type: type.rawValue, request: request, vary: true)
    }

    enum Switch: String, CaseIterable { case `true`, `false` }
}

extension StoredMap {
    func head(frame: Int?, shape: [Int]) -> MapDocument.Head {
        MapDocument.Head(
            explanation: explanation, kind: info.kind, shape: shape,
            axes: frame == nil ? axes : axes.filter { $0 != "frame" }, unit: unit, scale: info.scale, frame: frame,
            clipFrame: frame.map { $0 + info.firstClipFrame })
    }
}
