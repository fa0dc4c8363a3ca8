package import Video
package import Cine
import Rendering

/// A map over one beat: the mean over the beats that it covers, each at the same phases.
package struct MeanBeat {
    package let kind: MapKind
    /// The beats that it is the mean of.
    package let beats: [HeartBeats.Beat]
    package let phases: Int
    private let material: any PictureMaterial
    private let geometry: SourceGeometry

    /// - Parameters:
    ///   - phases: of the beat, from its start.
    /// - Throws: ``BeatError``, ``PictureError`` when there is no such map.
    package init(
        _ kind: MapKind, of material: any PictureMaterial, _ geometry: SourceGeometry, beats: HeartBeats, phases: Int
    ) throws {
        guard let map = material.facts.map(kind), map.frames > 1 else {
            throw PictureError.nothing(of: "map \(kind.rawValue) over time")
        }
        guard !beats.beats.isEmpty else { throw BeatError.unknown }
        let frames = (count: map.frames, first: kind.firstClipFrame)
        let covered = beats.beats.filter { beat in
            (0..<phases).allSatisfy { geometry.place(beat.moment(Self.phase($0, of: phases)), on: frames) != nil }
        }
        let own = geometry.frames.filter { $0.clip >= frames.first }.map(\.source)
        guard !covered.isEmpty else { throw BeatError.outside(frames: (own.first ?? 0)...(own.last ?? 0)) }
        self.kind = kind
        self.beats = covered
        self.phases = phases
        self.material = material
        self.geometry = geometry
    }

    private static func phase(_ index: Int, of phases: Int) -> Double { Double(index) / Double(phases) }

    /// Of a phase, from 0: each component `[height, width]`.
    package func components(_ phase: Int) throws -> [[Float]] {
        var sums: [[Float]] = []
        for beat in beats {
            let moment = beat.moment(Self.phase(phase, of: phases))
            guard let found = try material.components(of: kind, at: moment, geometry) else { continue }
            if sums.isEmpty { sums = found } else { sums = zip(sums, found).map { zip($0, $1).map(+) } }
        }
        let share = 1 / Float(beats.count)
        return sums.map { $0.map { $0 * share } }
    }

    /// Over which frame of the clip a phase is drawn: that of the first beat.
    func clipFrame(_ phase: Int) -> Int {
        let moment = beats[0].moment(Self.phase(phase, of: phases))
        return geometry.frames.min { abs(Double($0.source) - moment) < abs(Double($1.source) - moment) }?.clip ?? 0
    }
}

extension PictureBook {
    /// All phases of a beat on one sheet, as PNG.
    package func sheet(_ beat: MeanBeat) throws -> [UInt8] { try sheet(drawing(beat)) }

    /// The beat, moving; at the clip's own rate unless another is asked for.
    package func animation(_ beat: MeanBeat, format: AnimationFormat, rate: FrameRate?) throws -> [UInt8] {
        try animation(drawing(beat), format: format, rate: rate)
    }

    private func drawing(_ beat: MeanBeat) throws -> Drawing {
        let whole = try map(beat.kind)
        guard let map = facts.map(beat.kind) else { throw PictureError.nothing(of: "map \(beat.kind.rawValue)") }
        let scale = MapScale(maximum: look.scale ?? map.scale)
        let renderer = MapRenderer(
            colorMap: colorMap(of: beat.kind), style: look.style, alpha: look.alpha, scale: scale)
        let stage = stage
        return Drawing(
            subject: whole.subject, frames: Array(0..<beat.phases), legends: whole.legends,
            texts: whole.texts + [("Comment", "mean of \(beat.beats.count) beats")], pixels: whole.pixels
        ) { phase in
            try renderer.image(
                components: beat.components(phase), stage: stage, background: ground(beat.clipFrame(phase)))
        }
    }
}
