import ArgumentParser
import Models
import Pipelines
import Rendering
import Video

/// How pictures are drawn; the names are those of the HTTP interface.
struct PictureOptions: ParsableArguments {
    /// What is drawn of an explanation.
    struct Plan {
        let look: PictureLook
        /// Of single frames, and of figures and sheets, unless one was asked for.
        let zoom: Int?
        let animations: [AnimationFormat]
    }

    @Option(help: ArgumentHelp("overlay (default), blend or map.", valueName: "name"))
    var style: String?

    @Option(
        help: ArgumentHelp(
            "\(ColorMap.allCases.map(\.rawValue).joined(separator: ", ")); tide is for signed values. Default: ember, of gradcam tide.",
            valueName: "name"))
    var colormap: String?

    @Option(help: ArgumentHelp("Pixels of a picture for one of the frame, 1 to 8.", valueName: "factor"))
    var zoom: Int?

    @Option(help: ArgumentHelp("2 for screens with twice the pixels, up to 3. Default: 1.", valueName: "factor"))
    var density: Int?

    @Option(
        help: ArgumentHelp(
            "On which frame maps lie: model (default), as the model saw it, or source, the video's own.",
            valueName: "name"))
    var geometry: String?

    @Option(
        name: .customLong("animation"), parsing: .singleValue,
        help: ArgumentHelp(
            "Moving pictures to write: \(AnimationFormat.allCases.map(\.rawValue).joined(separator: ", ")) or none. May be repeated. Default: mp4.",
            valueName: "format"))
    var animations: [String] = []

    /// - Throws: `DocumentError` that lists what there is.
    func plan() throws -> Plan {
        func name<Name: RawRepresentable & CaseIterable>(_ option: String, _ text: String) throws -> Name
        where Name.RawValue == String {
            guard let name = Name(rawValue: text) else {
                let known = Name.allCases.map(\.rawValue).joined(separator: ", ")
                throw DocumentError(path: option, reason: "\(text) is not known: one of \(known)")
            }
            return name
        }
        func check(_ option: String, _ value: Int?, _ range: ClosedRange<Int>) throws {
            guard let value, !range.contains(value) else { return }
            throw DocumentError(
                path: option, reason: "expected \(range.lowerBound) to \(range.upperBound), not \(value)")
        }
        try check("zoom", zoom, 1...8)
        try check("density", density, 1...3)
        var look = PictureLook(zoom: zoom ?? 4)
        if let style { look.style = try name("style", style) }
        if let colormap { look.colorMap = try name("colormap", colormap) }
        if let geometry { look.geometry = try name("geometry", geometry) }
        look.density = density ?? look.density
        return Plan(
            look: look, zoom: zoom,
            animations: animations.isEmpty
                ? [.mp4] : try animations.filter { $0 != "none" }.map { try name("animation", $0) })
    }
}
