import Cine
import Pipelines
import Store
import Video

/// An explanation with what is known of the video that it is of.
struct ExplainedSource {
    let explanation: StoredExplanation
    let material: StoredMaterial
    let geometry: SourceGeometry
    /// Nil when the video is no DICOM object, or gone.
    let object: DICOMDocument?
    /// Frames a second of the video; nil when it does not say.
    let frameRate: Double?

    /// - Throws: as ``StoredExplanation/find(_:in:)``.
    static func find(_ id: String, in resources: Resources) throws -> ExplainedSource {
        let explanation = try StoredExplanation.find(id, in: resources)
        let material = try StoredMaterial(
            id, report: explanation.text, videoID: explanation.videoID, in: resources.store,
            limits: resources.limits.video)
        guard let video = try resources.store.video(id: explanation.videoID) else {
            throw ServiceError.notFound(what: "video", id: explanation.videoID)
        }
        let facts = try StoredVideoFacts(stored: video.facts)
        var whole: (columns: Int, rows: Int, region: SourceGeometry.Box)?
        // Frames that were prepared another way than by cropping lie nowhere on the object's own: they are the source then.
        if material.facts.framing == .region, let object = facts.dicom, let columns = object.columns,
            let rows = object.rows, let region = object.region
        {
            let box = SourceGeometry.Box(x: region.x, y: region.y, width: region.width, height: region.height)
            whole = (columns: columns, rows: rows, region: box)
        }
        return ExplainedSource(
            explanation: explanation, material: material,
            geometry: SourceGeometry(material.facts, object: whole), object: facts.dicom,
            frameRate: facts.frameRate)
    }

    /// In frames of the source; empty when none are known.
    var rWaves: [Double] {
        guard let frameRate, let waves = object?.rWaveMilliseconds else { return [] }
        return waves.map { $0 * frameRate / 1000 }
    }

    /// Frames of the source that a map covers, the first and the last.
    func covered(_ kind: MapKind) -> ClosedRange<Int> {
        let frames = material.facts.map(kind)?.frames ?? 0
        let own = geometry.frames.filter { (kind.firstClipFrame..<kind.firstClipFrame + frames).contains($0.clip) }
        return (own.first?.source ?? 0)...(own.last?.source ?? 0)
    }
}

/// What leads from a map to its source, as clients see it.
struct GeometryDocument: Encodable {
    struct Extent: Encodable { let rows, columns: Int }
    struct Box: Encodable { let x, y, width, height: Int }
    struct Pair: Encodable { let x, y: Double }
    struct Frame: Encodable {
        let clip, source: Int
        let milliseconds: Double?
    }

    let explanation: String
    /// Of the source's whole frames, and the part of them that the clip shows.
    let source: Extent
    let region: Box
    let map: Extent
    /// Pixels of the source: where the map begins, and along one of its pixels.
    let origin, scale: Pair
    /// Along a pixel of the source and of the map; nil when the source does not say.
    let centimetresPerPixel, centimetresPerMapPixel: Pair?
    /// Of a motion of one map pixel from one frame of the clip to the next.
    let centimetresPerSecond: Pair?
    let frames: [Frame]

    init(_ explained: ExplainedSource) {
        let geometry = explained.geometry
        explanation = explained.explanation.id
        source = Extent(rows: geometry.rows, columns: geometry.columns)
        let box = geometry.region
        region = Box(x: box.x, y: box.y, width: box.width, height: box.height)
        map = Extent(rows: geometry.height, columns: geometry.width)
        origin = Pair(x: Double(box.x), y: Double(box.y))
        let scale = geometry.scale
        self.scale = Pair(x: scale.x, y: scale.y)
        let size = explained.object?.region?.centimetresPerPixel
        centimetresPerPixel = size.map { Pair(x: $0.x, y: $0.y) }
        let mapSize = size.map { Pair(x: $0.x * scale.x, y: $0.y * scale.y) }
        centimetresPerMapPixel = mapSize
        let rate = explained.frameRate
        let step = zip(geometry.frames, geometry.frames.dropFirst()).map { $1.source - $0.source }.first
        centimetresPerSecond = mapSize.flatMap { size in
            rate.flatMap { rate in
                step.map { Pair(x: size.x * rate / Double($0), y: size.y * rate / Double($0)) }
            }
        }
        frames = geometry.frames.map { frame in
            Frame(clip: frame.clip, source: frame.source, milliseconds: rate.map { Double(frame.source) * 1000 / $0 })
        }
    }
}

/// A mean beat in words.
struct BeatDocument: Encodable {
    struct Beat: Encodable {
        let start, end: Double
        let systole: Double?
    }

    let explanation, map: String
    let shape: [Int]
    let axes: [String]
    let unit: String
    /// Those that the map covers, in frames of the source.
    let beats: [Beat]

    init(_ beat: MeanBeat, of source: ExplainedSource) {
        explanation = source.explanation.id
        map = beat.kind.rawValue
        let known = source.material.facts.map(beat.kind)
        shape = [known?.shape.first ?? 0, beat.phases, source.geometry.height, source.geometry.width]
        axes = [beat.kind == .flow ? "component (x, y)" : "channel", "phase", "y", "x"]
        unit = known?.unit ?? ""
        beats = beat.beats.map { Beat(start: $0.start, end: $0.end, systole: $0.systole) }
    }
}
