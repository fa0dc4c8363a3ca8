import Cine
import Rendering

/// Figures of several pictures.
extension PictureBook {
    /// The frame with its flow, and beside it the importance of first frame, flow and residual at that frame: figure 3 of the report, with the flow's
    /// importance added. Without a decomposition, the frame and its map.
    func figure() throws -> Drawing {
        let stage = stage
        let kinds = facts.maps.map(\.kind).filter { $0 != .pixels || facts.provenance.flow == nil }
        let parts = try kinds.map { (kind: $0, drawing: try map($0)) }
        let flow = facts.provenance.flow == nil ? nil : try flow()
        let first = flow == nil ? 0 : 1
        return Drawing(
            subject: .figure, frames: Array(first..<max(facts.frames, first + 1)), legends: [],
            texts: [("Description", ([flow == nil ? "frame" : "flow"] + kinds.map(\.words)).joined(separator: ", "))],
            pixels: stage.width * stage.height * (parts.count + 1)
        ) { index in
            let frame = index + first
            var panels: [Figure.Panel] = []
            if let flow {
                panels.append(
                    .init(
                        picture: try flow.draw(index), heading: "frame \(frame), motion into it", legends: flow.legends)
                )
            } else {
                panels.append(.init(picture: try canvas(frame, stage).image, heading: "frame \(frame)", legends: []))
            }
            for (kind, drawing) in parts {
                // The first frame's map stays the same beside every frame.
                let own = drawing.frames.firstIndex(of: frame) ?? 0
                panels.append(.init(picture: try drawing.draw(own), heading: kind.words, legends: drawing.legends))
            }
            return try Figure(
                title: look.title ?? facts.title, panels: panels, columns: panels.count, legends: [], note: "",
                density: look.density
            ).image()
        }
    }

    /// What belongs to each frame, as charts.
    /// - Parameters:
    ///   - current: a frame to point at; nil for none.
    ///   - width: of the picture at a density of 1.
    /// - Throws: ``PictureError/nothing(of:)`` for methods whose maps are no derivatives.
    package func timeline(current: Int?, width: Int) throws -> [UInt8] {
        guard let timeline = facts.timeline else { throw PictureError.nothing(of: "timeline") }
        let frames = timeline.frames
        if let current, !frames.indices.contains(current) {
            throw PictureError.noFrame(frame: current, frames: frames.indices)
        }
        var charts: [TimelinePlot.Chart] = []
        if frames.contains(where: { $0.motion != nil }) {
            charts.append(
                .stacked(
                    [
                        .init(name: "appearance", color: .appearance, values: frames.map(\.appearance)),
                        .init(name: "motion", color: .motionPart, values: frames.map(\.motion)),
                        .init(name: "residual", color: .residual, values: frames.map(\.residual)),
                    ],
                    caption:
                        "what each part of a frame contributes, Σ|∂y/∂v · v| in units of the score; a residual carries the importance of all later frames"
                ))
        }
        charts.append(
            .lines(
                [.init(name: "pixels", color: .ink, values: frames.map { $0.pixels })],
                caption: "mean magnitude of ∂y/∂x, score per unit of intensity"))
        let plot = TimelinePlot(
            title: look.title ?? facts.title, charts: charts, frames: frames.count, current: current, width: width,
            chartHeight: 140, density: look.density)
        return try PNG.encode(
            plot.image(),
            text: [
                ("Title", "timeline of \(material.subject)"),
                ("Software", "\(SoftwareVersion.name) \(SoftwareVersion.current)"),
                ("Disclaimer", SoftwareVersion.notice),
            ])
    }
}
