import HTTPServer
import Pipelines
import Store
import Tensors

/// What an explanation has besides its maps: vectors, trajectories, the flow itself, and what the model saw under noise.
struct PartHandlers: Sendable {
    let resources: Resources

    /// `GET /v1/explanations/{id}/vectors`
    @Sendable func vectors(_ request: Request) async throws -> Response { try await document(request, .vectors) }

    /// `GET /v1/explanations/{id}/trajectories`
    @Sendable func trajectories(_ request: Request) async throws -> Response {
        try await document(request, .trajectories)
    }

    /// `GET /v1/explanations/{id}/flow`
    @Sendable func flow(_ request: Request) async throws -> Response { try await array(request, .samplingFlow) }

    /// `GET /v1/explanations/{id}/noise`
    @Sendable func noise(_ request: Request) async throws -> Response { try await array(request, .noisyFrames) }

    private func document(_ request: Request, _ name: Artefact.Name) async throws -> Response {
        try request.allowQuery()
        let (store, id) = (resources.store, request.parameter("id"))
        let document = try await offload {
            _ = try StoredReport.finished(id, in: store)
            guard let data = try store.artefact(explanation: id, name: name) else {
                throw ServiceError.noPart(id: id, what: name.rawValue)
            }
            return data
        }
        return .immutable([UInt8](document), type: MediaType.json.rawValue, request: request, vary: false)
    }

    private func array(_ request: Request, _ kind: AuxiliaryMap) async throws -> Response {
        try request.allowQuery("format", "values")
        let type = try MediaType.negotiate(request, offered: [.json, .npy])
        let withValues = try request.name("values", as: MapHandlers.Switch.self) ?? .true
        let (store, id) = (resources.store, request.parameter("id"))
        let bytes = try await offload { () -> [UInt8] in
            let map = try StoredMap.auxiliary(kind, of: id, in: store)
            switch type {
            case .json:
                return MapDocument.json(
                    map.head(frame: nil, shape: map.shape), values: withValues == .true ? try map.values() : nil)
            case .npy, .png:
                return try NumPy.encode(
                    Tensor(shape: Shape(map.shape), values: map.values()), shape: Shape(map.shape))
            }
        }
        return .immutable(bytes, type: type.rawValue, request: request, vary: true)
    }
}

extension StoredMap {
    /// - Throws: ``ServiceError`` when the explanation is not there or has none.
    static func auxiliary(_ kind: AuxiliaryMap, of id: String, in store: Store) throws -> StoredMap {
        _ = try StoredReport.finished(id, in: store)
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
