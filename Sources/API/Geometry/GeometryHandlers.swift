import Cine
import Foundation
import HTTPServer
import HTTPTypes
import Pipelines
import Store
import Tensors
import Video

/// Maps in the geometry of their source, and over a beat of the heart in it.
struct GeometryHandlers: Sendable {
    let resources: Resources

    /// `GET /v1/explanations/{id}/geometry`: what leads from a map's pixels and frames to those of the source.
    @Sendable func show(_ request: Request) async throws -> Response {
        try request.allowQuery()
        let resources = resources
        let document = try await offload {
            let source = try ExplainedSource.find(request.parameter("id"), in: resources)
            return JSONText(GeometryDocument(source))
        }
        return .json(document)
    }

    /// `GET /v1/explanations/{id}/maps/{kind}/source/{n}`: a map on the source's whole frame n, from 0.
    @Sendable func frame(_ request: Request) async throws -> Response {
        try request.allowQuery()
        let resources = resources
        let bytes = try await offload { () -> [UInt8] in
            let source = try ExplainedSource.find(request.parameter("id"), in: resources)
            let map = try StoredMap.find(request.parameter("kind"), of: source.explanation)
            let (kind, text) = (try map.kind, request.parameter("n"))
            let geometry = source.geometry
            guard let number = Int(text), number >= 0,
                let planes = try source.material.components(of: kind, at: Double(number), geometry)
            else { throw ServiceError.notCovered(frame: text, frames: source.covered(kind)) }
            try PictureBook.check(geometry.columns * geometry.rows * planes.count)
            let values = try planes.flatMap { try geometry.spread($0) }
            let shape = Shape([planes.count, geometry.rows, geometry.columns])
            return try NumPy.encode(Tensor(shape: shape, values: values), shape: shape)
        }
        return await .immutable(bytes, type: MediaType.npy.rawValue, request: request, vary: false)
    }

    /// `GET /v1/explanations/{id}/beat`: the mean over the beats that a map covers.
    @Sendable func beat(_ request: Request) async throws -> Response {
        try request.allowQuery(
            ["format", "map", "phases", "ed", "es", "rate"] + PictureParameters.map + PictureParameters.common)
        let type = try MediaType.negotiate(request, offered: [.json, .npy, .png, .gif, .mp4])
        let look = try PictureParameters.look(request, zoom: type == .png ? 1 : 4)
        let rate = try PictureParameters.rate(request)
        let map = try request.name("map", as: MapKind.self)
        let phases = try request.integer("phases", in: 2...128) ?? 16
        let (diastoles, systoles) = (try Self.frames("ed", request), try Self.frames("es", request))
        let resources = resources
        let bytes = try await offload { () -> [UInt8] in
            let source = try ExplainedSource.find(request.parameter("id"), in: resources)
            let kinds = source.material.facts.maps.filter { $0.frames > 1 }.map(\.kind)
            let kind = map ?? (kinds.contains(.flow) ? .flow : kinds.first ?? .pixels)
            _ = try StoredMap.find(kind.rawValue, of: source.explanation)
            let beat = try MeanBeat(
                kind, of: source.material, source.geometry,
                beats: HeartBeats(diastoles: diastoles ?? source.rWaves, systoles: systoles ?? []), phases: phases)
            switch type {
            case .json: return JSONText(BeatDocument(beat, of: source)).bytes
            case .npy, .npz: return try Self.array(beat, source.geometry)
            case .png: return try PictureBook(source.material, look: look).sheet(beat)
            case .gif, .mp4:
                return try PictureBook(source.material, look: look)
                    .animation(beat, format: type == .gif ? .gif : .mp4, rate: rate)
            }
        }
        return await .immutable(bytes, type: type.rawValue, request: request, vary: true)
    }

    /// `[component, phase, y, x]`
    private static func array(_ beat: MeanBeat, _ geometry: SourceGeometry) throws -> [UInt8] {
        let phases = try (0..<beat.phases).map(beat.components)
        let components = phases.first?.count ?? 0
        let values = (0..<components).flatMap { component in phases.flatMap { $0[component] } }
        let shape = Shape([components, beat.phases, geometry.height, geometry.width])
        return try NumPy.encode(Tensor(shape: shape, values: values), shape: shape)
    }

    /// Frames of the source, parted by commas; ascending.
    private static func frames(_ name: String, _ request: Request) throws -> [Double]? {
        guard let text = request.query.first(name) else { return nil }
        let frames = text.split(separator: ",", omittingEmptySubsequences: false).map { part in
            part.allSatisfy(\.isASCII) && part.allSatisfy(\.isNumber) && part.count <= 6 ? Int(part) ?? -1 : -1
        }
        guard (1...1000).contains(frames.count), frames.allSatisfy({ $0 >= 0 }) else {
            throw ServiceError.invalidParameter(
                name: name, reason: "expected frames of the source from 0, parted by commas")
        }
        return Set(frames).sorted().map(Double.init)
    }
}
