package import Cine
package import Rendering

/// Draws maps as PNG with what is needed to read them: the scale in the picture's text chunks and, on a sheet, under a colour bar.
package struct MapPainter: Sendable {
    package struct Look: Hashable, Sendable {
        package var style: FrameStyle
        package var colorMap: ColorMap
        /// 0…1, see `MapRenderer`.
        package var alpha: Double
        /// Pixels of the picture for one of the map.
        package var zoom: Int

        package init(style: FrameStyle, colorMap: ColorMap, alpha: Double, zoom: Int) {
            self.style = style
            self.colorMap = colorMap
            self.alpha = alpha
            self.zoom = zoom
        }

        package static let standard = Look(style: .overlay, colorMap: .ember, alpha: 0.9, zoom: 4)
    }

    /// One frame of a map on its way to a picture.
    package struct Frame: Sendable {
        /// Each component `[y, x]`.
        package let components: [[Float]]
        package let width, height: Int
        /// The clip's frame under it.
        package let background: RGBImage?

        package init(components: [[Float]], width: Int, height: Int, background: RGBImage?) {
            self.components = components
            self.width = width
            self.height = height
            self.background = background
        }

        /// - Parameter values: flat, `[component, y, x]`.
        package init(values: [Float], width: Int, height: Int, background: RGBImage?) {
            let plane = width * height
            self.init(
                components: stride(from: 0, to: values.count, by: max(plane, 1)).map {
                    Array(values[$0..<min($0 + plane, values.count)])
                }, width: width, height: height, background: background)
        }
    }

    private let kind: MapKind
    private let scale: MapScale
    private let look: Look
    /// What the pictures belong to: an explanation's id, or a file.
    private let subject: String

    /// - Parameter scale: the magnitude at full colour.
    package init(kind: MapKind, scale: Double, look: Look, subject: String) {
        self.kind = kind
        self.scale = MapScale(maximum: scale)
        self.look = look
        self.subject = subject
    }

    /// One frame.
    /// - Parameter clipFrame: the index of the clip's frame that it belongs to.
    package func png(_ frame: Frame, clipFrame: Int) throws -> [UInt8] {
        try PNG.encode(try image(frame), text: text + [("Frame", "\(clipFrame) of the clip")])
    }

    /// All frames on one sheet, numbered as the clip's, with the colour bar.
    /// - Parameter firstClipFrame: the clip's frame that the first belongs to.
    package func sheet(_ frames: [Frame], firstClipFrame: Int) throws -> [UInt8] {
        let figure = Figure(
            title: "",
            panels: try frames.enumerated().map { index, frame in
                Figure.Panel(picture: try image(frame), heading: "\(index + firstClipFrame)", legends: [])
            },
            columns: nil, legends: [.colors(look.colorMap, scale, caption: caption)], note: "", density: 1)
        return try PNG.encode(figure.image(), text: text)
    }

    private func image(_ frame: Frame) throws -> RGBImage {
        try MapRenderer(colorMap: look.colorMap, style: look.style, alpha: look.alpha, scale: scale)
            .image(
                components: frame.components,
                stage: .model(width: frame.width, height: frame.height, zoom: look.zoom, density: 1),
                background: frame.background)
    }

    private var caption: String {
        switch kind {
        case .pixels: "|∂y/∂x| per unit of intensity"
        case .firstFrame: "|∂y/∂I₀| per unit of intensity"
        case .flow: "|∂y/∂f| per pixel of displacement"
        case .error: "|∂y/∂E| per unit of intensity"
        }
    }

    private var text: [(keyword: String, text: String)] {
        [
            ("Title", "\(kind.rawValue) map of \(subject)"), ("Description", caption), ("Scale", "\(scale.maximum)"),
            ("Style", look.style.rawValue), ("Colour map", look.colorMap.rawValue),
            ("Software", "\(SoftwareVersion.name) \(SoftwareVersion.current)"), ("Disclaimer", SoftwareVersion.notice),
        ]
    }
}
