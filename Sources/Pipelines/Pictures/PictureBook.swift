package import Cine
import Rendering
import Tensors
package import Video

/// Draws everything that an explanation has, for the service and the command line alike: single frames, sheets of all frames, and moving pictures.
package struct PictureBook {
    let material: any PictureMaterial
    let look: PictureLook

    /// Pixels of one picture, and of all pictures of an animation together.
    private static let (pictureLimit, animationLimit) = (48_000_000, 1_000_000_000)

    package init(_ material: any PictureMaterial, look: PictureLook) {
        self.material = material
        self.look = look
    }

    var facts: PictureFacts { material.facts }

    private func drawing(_ subject: PictureSubject) throws -> Drawing {
        switch subject {
        case .map(let kind): try map(kind)
        case .flow: try flow()
        case .noise: try noise()
        case .vectors: try vectors()
        case .trajectories: try trajectories()
        case .figure: try figure()
        }
    }

    /// One frame as PNG.
    /// - Parameter frame: of the clip.
    /// - Throws: ``PictureError``, `RenderingError`, `VideoError`.
    package func png(_ subject: PictureSubject, frame: Int) throws -> [UInt8] {
        let drawing = try drawing(subject)
        guard let index = drawing.frames.firstIndex(of: frame) else {
            let frames = (drawing.frames.first ?? 0)..<((drawing.frames.last ?? -1) + 1)
            throw PictureError.noFrame(frame: frame, frames: frames)
        }
        try Self.check(drawing.pixels, limit: Self.pictureLimit)
        return try PNG.encode(
            try framed(drawing, index), text: texts(drawing) + [("Frame", "\(frame) of the clip")])
    }

    /// All frames on one sheet as PNG, numbered as the clip's, with the legend.
    package func sheet(_ subject: PictureSubject) throws -> [UInt8] { try sheet(drawing(subject)) }

    func sheet(_ drawing: Drawing) throws -> [UInt8] {
        try Self.check(drawing.pixels * drawing.frames.count, limit: Self.pictureLimit)
        let figure = Figure(
            title: look.title ?? "",
            panels: try drawing.frames.enumerated().map { index, frame in
                Figure.Panel(picture: try drawing.draw(index), heading: "\(frame)", legends: [])
            },
            columns: nil, legends: drawing.legends, note: "", density: look.density)
        return try PNG.encode(figure.image(), text: texts(drawing))
    }

    /// All frames, moving.
    /// - Parameter rate: nil for the clip's own.
    /// - Throws: ``PictureError``, `EncodingError` and the others.
    package func animation(_ subject: PictureSubject, format: AnimationFormat, rate: FrameRate?) throws -> [UInt8] {
        try animation(drawing(subject), format: format, rate: rate)
    }

    func animation(_ drawing: Drawing, format: AnimationFormat, rate: FrameRate?) throws -> [UInt8] {
        try Self.check(drawing.pixels, limit: Self.pictureLimit)
        try Self.check(drawing.pixels * drawing.frames.count, limit: Self.animationLimit)
        return try AnimationEncoder(format: format, rate: rate ?? facts.frameRate)
            .encode(frames: drawing.frames.count) { try framed(drawing, $0) }
    }

    /// What there is at a frame, with legend and title if they are wanted.
    private func framed(_ drawing: Drawing, _ index: Int) throws -> RGBImage {
        let picture = try drawing.draw(index)
        guard drawing.subject != .figure, look.hasLegend || look.title != nil else { return picture }
        return try Figure(
            title: look.title ?? "",
            panels: [
                .init(
                    picture: picture, heading: look.hasLegend ? "frame \(drawing.frames[index])" : "",
                    legends: look.hasLegend ? drawing.legends : [])
            ],
            columns: 1, legends: [], note: "", density: look.density
        ).image()
    }

    private func texts(_ drawing: Drawing) -> [(keyword: String, text: String)] {
        [("Title", "\(drawing.subject.words) of \(material.subject)")] + drawing.texts + [
            ("Software", "\(SoftwareVersion.name) \(SoftwareVersion.current)"), ("Disclaimer", SoftwareVersion.notice),
        ]
    }

    /// - Throws: ``PictureError/tooLarge(pixels:limit:)`` for more than one picture may have.
    package static func check(_ pixels: Int) throws { try check(pixels, limit: pictureLimit) }

    private static func check(_ pixels: Int, limit: Int) throws {
        guard pixels <= limit else { throw PictureError.tooLarge(pixels: pixels, limit: limit) }
    }
}

/// Where pictures lie, and on what.
extension PictureBook {
    var stage: Stage {
        let clip = facts.provenance.clip
        let zoom = look.zoom * look.density
        switch look.geometry {
        case .model: return .model(width: clip.width, height: clip.height, zoom: zoom, density: look.density)
        case .source:
            return Stage(
                frameWidth: clip.sourceWidth, frameHeight: clip.sourceHeight, mapWidth: clip.width,
                mapHeight: clip.height,
                region: .init(x: 0, y: 0, width: Double(clip.sourceWidth), height: Double(clip.sourceHeight)),
                zoom: zoom, density: look.density)
        }
    }

    /// The frame under a map; nil when none is kept, or it is a black one that fills up a short video.
    /// - Parameter frame: of the clip.
    func ground(_ frame: Int) throws -> RGBImage? {
        switch look.geometry {
        case .model: return try material.modelFrame(frame)
        case .source:
            let sources = facts.provenance.clip.sourceFrames
            guard sources.indices.contains(frame), sources[frame] >= 0 else { return nil }
            return try material.sourceFrame(sources[frame])
        }
    }

    /// A canvas with the frame on it, dimmed so that signs stand out.
    func canvas(_ frame: Int, _ stage: Stage) throws -> Canvas {
        // No map and no colours: the frame's grey alone.
        let empty = [Float](repeating: 0, count: stage.mapWidth * stage.mapHeight)
        return try Canvas(
            MapRenderer(colorMap: .gray, style: .overlay, alpha: 0, scale: MapScale(maximum: 0))
                .image(components: [empty], stage: stage, background: try ground(frame)))
    }
}
