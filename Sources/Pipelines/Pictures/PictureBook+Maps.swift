import Cine
import Rendering

/// Maps, flow and noise.
extension PictureBook {
    func map(_ kind: MapKind) throws -> Drawing {
        guard let map = facts.map(kind) else { throw PictureError.nothing(of: "map \(kind.rawValue)") }
        let stage = stage
        let scale = MapScale(maximum: look.scale ?? map.scale)
        let colorMap = colorMap(of: kind)
        let renderer = MapRenderer(colorMap: colorMap, style: look.style, alpha: look.alpha, scale: scale)
        return Drawing(
            subject: .map(kind), frames: (0..<map.frames).map { $0 + kind.firstClipFrame },
            legends: [.colors(colorMap, scale, caption: caption(map))],
            texts: [
                ("Description", caption(map)), ("Scale", "\(scale.maximum)"), ("Style", look.style.rawValue),
                ("Colour map", colorMap.rawValue),
            ],
            pixels: stage.width * stage.height
        ) { index in
            try renderer.image(
                components: try material.components(of: kind, frame: index), stage: stage,
                background: try ground(index + kind.firstClipFrame))
        }
    }

    func colorMap(of kind: MapKind) -> ColorMap {
        if let colorMap = look.colorMap { return colorMap }
        return switch kind {
        case .pixels, .firstFrame, .flow, .error: .ember
        case .layer: .tide
        }
    }

    /// What a map's colours stand for, and in which unit.
    func caption(_ map: PictureFacts.Map) -> String {
        let method = facts.provenance.method
        if map.kind == .layer {
            let reading = colorMap(of: .layer).isDiverging ? "red speaks for the score, blue against it" : "magnitude"
            return "\(method.title)\(method.layer.map { " of \($0)" } ?? ""): \(reading), \(map.unit)"
        }
        let name = "\(method.title), \(map.kind.symbol)"
        return colorMap(of: map.kind).isDiverging
            ? "\(name): length with the sign of the components' sum, \(map.unit)" : "\(name): length, \(map.unit)"
    }

    func flow() throws -> Drawing {
        guard facts.provenance.flow != nil else { throw PictureError.nothing(of: "flow") }
        let stage = stage
        let scale = MapScale(maximum: look.scale ?? facts.fidelity?.displacement.percentile99 ?? 0)
        let caption = "motion into the frame, pixels of the model's frame per frame"
        let (arrows, colors) = (
            flowArrows(scale), FieldRenderer(style: look.style, alpha: look.alpha, scale: scale)
        )
        return Drawing(
            subject: .flow, frames: Array(1..<max(facts.frames, 1)),
            legends: look.field == .arrows
                ? [arrows.legend(stage: stage, caption: caption)] : [.wheel(scale, caption: caption)],
            texts: [("Description", caption), ("Scale", "\(scale.maximum)")], pixels: stage.width * stage.height
        ) { index in
            let frame = index + 1
            guard let motion = try motion(into: frame) else { throw PictureError.nothing(of: "flow") }
            switch look.field {
            case .colors:
                return try colors.image(dx: motion.dx, dy: motion.dy, stage: stage, background: try ground(frame))
            case .arrows:
                let canvas = try canvas(frame, stage)
                try arrows.draw(dx: motion.dx, dy: motion.dy, on: canvas, stage: stage)
                return canvas.image
            }
        }
    }

    func flowArrows(_ scale: MapScale) -> FieldArrows {
        FieldArrows(scale: scale, coloring: .one(.motion), spacing: 22)
    }

    /// The apparent motion: sampling flow says where a pixel comes from.
    func motion(into frame: Int) throws -> (dx: [Float], dy: [Float])? {
        try material.flow(into: frame).map { ($0.dx.map(-), $0.dy.map(-)) }
    }

    func noise() throws -> Drawing {
        guard try material.noisy(0) != nil else { throw PictureError.nothing(of: "noise") }
        let stage = Stage.model(
            width: facts.width, height: facts.height, zoom: look.zoom * look.density, density: look.density)
        let caption = "first, middle and last frame of what the model saw as the first noisy copy, mean over channels"
        let scale = MapScale(maximum: 1)
        return Drawing(
            subject: .noise, frames: [0, facts.noisyFrames / 2, facts.noisyFrames - 1],
            legends: [.colors(.gray, scale, caption: caption)], texts: [("Description", caption)],
            pixels: stage.width * stage.height
        ) { index in
            let channels = try material.noisy(index) ?? []
            let mean = (0..<stage.mapWidth * stage.mapHeight).map { place in
                max(channels.reduce(0) { $0 + $1[place] } / Float(max(channels.count, 1)), 0)
            }
            return try MapRenderer(colorMap: .gray, style: .map, alpha: 1, scale: scale)
                .image(components: [mean], stage: stage, background: nil)
        }
    }
}
