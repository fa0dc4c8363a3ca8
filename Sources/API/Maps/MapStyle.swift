import HTTPServer
import Pipelines
import Rendering

/// How a map is drawn, by the parameters of a request.
struct MapStyle: Sendable {
    static let parameters = ["style", "colormap", "alpha", "scale", "zoom"]

    let style: FrameStyle
    let colorMap: ColorMap
    let alpha: Double
    /// The magnitude at full colour; nil for the map's own.
    let scale: Double?
    /// Pixels of the picture for one of the map.
    let zoom: Int

    init(_ request: Request, zoom standard: Int) throws {
        style = try request.name("style", as: FrameStyle.self) ?? MapPainter.Look.standard.style
        colorMap = try request.name("colormap", as: ColorMap.self) ?? MapPainter.Look.standard.colorMap
        alpha = try request.number("alpha", in: 0...1) ?? MapPainter.Look.standard.alpha
        scale = try request.number("scale", in: 1e-30...1e30)
        zoom = try request.integer("zoom", in: 1...8) ?? standard
    }
}
