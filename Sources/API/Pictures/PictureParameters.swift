import Cine
import HTTPServer
import Pipelines
import Rendering

/// How pictures are drawn, by the parameters of a request.
enum PictureParameters {
    /// Of every picture; those of maps; those that choose a frame; those of moving pictures.
    static let common = ["zoom", "density", "geometry", "legend", "title"]
    static let map = ["style", "colormap", "alpha", "scale"]
    static let field = ["field", "style", "alpha", "scale"]

    static let longestTitle = 200

    /// - Parameter zoom: when none is asked for.
    static func look(_ request: Request, zoom standard: Int) throws -> PictureLook {
        var look = PictureLook(zoom: try request.integer("zoom", in: 1...8) ?? standard)
        look.style = try request.name("style", as: FrameStyle.self) ?? look.style
        look.colorMap = try request.name("colormap", as: ColorMap.self) ?? look.colorMap
        look.alpha = try request.number("alpha", in: 0...1) ?? look.alpha
        look.scale = try request.number("scale", in: 1e-30...1e30)
        look.density = try request.integer("density", in: 1...3) ?? look.density
        look.geometry = try request.name("geometry", as: PictureLook.Geometry.self) ?? look.geometry
        look.field = try request.name("field", as: PictureLook.Field.self) ?? look.field
        look.hasLegend = try request.name("legend", as: Switch.self).map { $0 == .true } ?? look.hasLegend
        if let title = request.query.first("title") {
            guard title.unicodeScalars.count <= longestTitle, !title.unicodeScalars.contains("\0") else {
                throw ServiceError.invalidParameter(
                    name: "title", reason: "expected at most \(longestTitle) characters")
            }
            look.title = title
        }
        return look
    }

    /// Frames a second of moving pictures; nil for the clip's own.
    static func rate(_ request: Request) throws -> FrameRate? {
        try request.integer("rate", in: 1...100).flatMap { FrameRate(numerator: $0, denominator: 1) }
    }

    /// A frame of the clip; nil for all of them.
    static func frame(_ request: Request) throws -> Int? { try request.integer("frame", in: 0...99_999) }

    enum Switch: String, CaseIterable { case `true`, `false` }
}
