import Store
import Cine
import Pipelines
import Rendering

/// A stored map as PNG.
struct MapPicture: Sendable {
    let map: StoredMap
    let style: MapStyle

    /// All frames, at the map's own size unless a zoom is asked for.
    func contactSheet() throws -> [UInt8] {
        try painter().sheet(try (0..<map.info.frames).map(part), firstClipFrame: map.info.firstClipFrame)
    }

    func frame(_ number: Int) throws -> [UInt8] {
        try painter().png(try part(number), clipFrame: number + map.info.firstClipFrame)
    }

    private func part(_ number: Int) throws -> MapPainter.Frame {
        MapPainter.Frame(
            values: try map.frame(number), width: map.info.width, height: map.info.height,
            background: try map.background(number))
    }

    private func painter() throws -> MapPainter {
        guard let kind = MapKind(rawValue: map.info.kind) else {
            throw ServiceError.notFound(what: "map", id: map.info.kind)
        }
        return MapPainter(
            kind: kind, scale: style.scale ?? map.info.scale,
            look: MapPainter.Look(
                style: style.style, colorMap: style.colorMap, alpha: style.alpha, zoom: style.zoom),
            subject: map.explanation)
    }
}
