import Cine
import DICOM
import Foundation
import Rendering

/// The source's frames with a map over them, as a Multi-frame True Color Secondary Capture (PS3.3, A.8.5): what viewers play like any cine.
struct SaliencyCine {
    let kind: MapKind
    private let maker: ResultMaker
    private let book: PictureBook
    private let drawing: Drawing
    /// Of the drawing, those that are shown.
    private let indices: [Int]
    /// Of the drawing's frames from one that is shown to the next.
    private let step: Int

    /// OHIF takes a secondary capture of 90 frames or more for a video that it asks another address for.
    static let mostFrames = 89
    /// Pixels of the shorter side of a small source's frames, so that they are seen beside their legend.
    private static let leastSide = 240
    private static let quality = 92

    /// - Throws: ``PictureError``.
    init(_ maker: ResultMaker, map: MapKind?, allFrames: Bool) throws {
        let facts = maker.material.facts
        guard let kind = map ?? Self.preferredMap(facts) else { throw PictureError.nothing(of: "map") }
        self.kind = kind
        self.maker = maker
        let clip = facts.provenance.clip
        let side = max(min(clip.sourceWidth, clip.sourceHeight), 1)
        var look = PictureLook(zoom: min(max((Self.leastSide + side - 1) / side, 1), 8))
        look.geometry = .source
        book = PictureBook(maker.material, look: look)
        let drawing = try book.map(kind)
        self.drawing = drawing
        // Black frames fill up a clip that is longer than its video: no frame of the source is behind them.
        let shown = drawing.frames.indices.filter { index in
            let frame = drawing.frames[index]
            return clip.sourceFrames.indices.contains(frame) && clip.sourceFrames[frame] >= 0
        }
        let step = allFrames ? 1 : (shown.count + Self.mostFrames - 1) / Self.mostFrames
        self.step = max(step, 1)
        let indices = stride(from: 0, to: shown.count, by: max(step, 1)).map { shown[$0] }
        self.indices = indices
        guard !indices.isEmpty else { throw PictureError.nothing(of: "map \(kind.rawValue)") }
    }

    /// What is shown when nothing is asked for: the importance of motion where there is one.
    static func preferredMap(_ facts: PictureFacts) -> MapKind? {
        facts.map(.flow)?.kind ?? facts.maps.first { $0.frames > 1 }?.kind ?? facts.maps.first?.kind
    }

    /// Of the source, from 0, for each frame.
    private var sources: [Int] {
        let clip = maker.material.facts.provenance.clip
        return indices.map { clip.sourceFrames[drawing.frames[$0]] }
    }

    /// Milliseconds from one frame to the next.
    private var frameTime: Double {
        let facts = maker.material.facts
        return 1000 * Double(step) / (facts.provenance.clip.frameRate ?? facts.frameRate.framesPerSecond)
    }

    /// Compressed.
    func frames() throws -> [[UInt8]] {
        try indices.map { index in
            let picture = try picture(index)
            return try PixelCompression.jpeg(
                picture.pixels, width: picture.width, height: picture.height, quality: Self.quality)
        }
    }

    private func picture(_ index: Int) throws -> RGBImage {
        let facts = maker.material.facts
        let source = facts.provenance.clip.sourceFrames[drawing.frames[index]]
        let picture = try Figure(
            title: "\(facts.title): \(NumberText.short(facts.target.value))",
            panels: [
                .init(
                    picture: try drawing.draw(index), heading: "frame \(source + 1) of the source",
                    legends: drawing.legends)
            ],
            columns: 1, legends: [],
            note: "\(SoftwareVersion.notice) \(maker.result.softwareText), \(maker.result.methodText)", density: 1
        ).image()
        // Chroma of two columns lies together, so their number is even.
        guard picture.width % 2 == 1 else { return picture }
        let canvas = try Canvas(width: picture.width + 1, height: picture.height, color: .paper)
        canvas.draw(picture, x: 0, y: 0)
        return canvas.image
    }

    /// - Parameter frames: compressed.
    func attributes(_ frames: [[UInt8]]) throws -> DataSet {
        let (first, facts) = (try picture(indices[0]), maker.facts)
        var set = DataSet()
        set.put(0x0008_0008, .code, "DERIVED\\SECONDARY")
        set.put(0x0008_0060, .code, facts.modality.isEmpty ? "OT" : facts.modality)
        set.put(0x0008_0064, .code, "WSD")
        set.put(0x0008_103E, .long, "Cinegrad saliency - NOT FOR DIAGNOSIS")
        set.put(0x0020_0011, .integer, "9401")
        set.put(0x0020_0020, .code, "")
        if let part = maker.source.bodyPart { set.put(0x0018_0015, .code, part) }
        // Empty where it is not known; absent where the part that was examined is one of no pair, which the source then says (PS3.3, C.7.3.1.1.3).
        if maker.source.laterality != nil || maker.source.bodyPart == nil {
            set.put(0x0020_0060, .code, maker.source.laterality ?? "")
        }
        set.put(0x0020_4000, .longText, "\(SoftwareVersion.notice) \(maker.result.reading.joined(separator: " "))")
        set.put(0x0008_2111, .shortText, String(derivation.prefix(1024)))
        var reference = source.dataSet
        reference[0x0040_A170] = .items([
            CodedConcept("121322", "DCM", "Source image for image processing operation").dataSet
        ])
        set[0x0008_2112] = .items([reference])
        var series = DataSet()
        series.put(0x0020_000E, .uid, maker.source.series)
        series[0x0008_114A] = .items([
            ObjectReference(sopClass: maker.source.sopClass, instance: maker.source.instance, frames: []).dataSet
        ])
        set[0x0008_1115] = .items([series])
        set.put(0x0028_0301, .code, mayShowNames ? "YES" : "NO")
        putPixels(on: &set, first)
        let ratio = Double(3 * first.width * first.height * frames.count) / Double(frames.reduce(0) { $0 + $1.count })
        set.put(0x0028_2112, .decimal, DecimalText.of(ratio, decimals: 1))
        putTime(on: &set)
        return set
    }

    private var source: ObjectReference {
        var seen = Set<Int>()
        return ObjectReference(
            sopClass: maker.source.sopClass, instance: maker.source.instance,
            frames: sources.filter { seen.insert($0).inserted }.map { $0 + 1 })
    }

    /// Names are burnt in outside of the region of tissue, which is all that is drawn. Of an object without one only what it says itself is known.
    private var mayShowNames: Bool { maker.facts.tissue == nil && maker.source.burnedInAnnotation != false }

    private var derivation: String {
        let (result, facts) = (maker.result, maker.material.facts)
        let unit = facts.map(kind)?.unit ?? ""
        let region = maker.facts.tissue.map { " Region of the source: \($0.width)x\($0.height) at (\($0.x),\($0.y))." }
        return
            "Map \(kind.rawValue) (\(unit)) of \(result.target.description) by model \(result.provenance.model.name), SHA-256 \(result.provenance.model.sha256), drawn over the source. \(result.methodText). \(result.softwareText)\(result.provenance.software.revision.map { ", revision \($0)" } ?? ""), explanation \(maker.explanation).\(region ?? "") \(SoftwareVersion.notice)"
    }

    private func putPixels(on set: inout DataSet, _ picture: RGBImage) {
        set[0x0028_0002] = .shorts([3])
        set.put(0x0028_0004, .code, "YBR_FULL_422")
        set[0x0028_0006] = .shorts([0])
        set[0x0028_0010] = .shorts([UInt16(picture.height)])
        set[0x0028_0011] = .shorts([UInt16(picture.width)])
        set[0x0028_0100] = .shorts([8])
        set[0x0028_0101] = .shorts([8])
        set[0x0028_0102] = .shorts([7])
        set[0x0028_0103] = .shorts([0])
        set.put(0x0028_2110, .code, "01")
        set.put(0x0028_2114, .code, "ISO_10918_1")
    }

    /// The modules Cine and Multi-frame (PS3.3, C.7.6.5 and C.7.6.6).
    private func putTime(on set: inout DataSet) {
        let rate = max(Int((1000 / frameTime).rounded()), 1)
        set.put(0x0028_0008, .integer, "\(indices.count)")
        set[0x0028_0009] = .tags([0x0018_1063])
        set.put(0x0018_1063, .decimal, DecimalText.of(frameTime, decimals: 3))
        set.put(0x0018_0040, .integer, "\(rate)")
        set.put(0x0008_2144, .integer, "\(rate)")
    }
}
