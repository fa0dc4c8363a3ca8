package import Cine
import Rendering

/// Where a clip's pixels and frames lie on those of its source: cropping, resizing and sampling, undone.
///
/// A map's pixel (x, y) covers the source from `origin + x * scale` to `origin + (x + 1) * scale`. Between the clip's frames a map is a straight line.
package struct SourceGeometry: Hashable, Sendable {
    /// Of the source's whole frames.
    package let columns, rows: Int
    /// The part of it that the clip shows, in its pixels from the upper left corner.
    package let region: Box
    /// As the model sees them.
    package let width, height: Int
    /// The source's frame of each frame of the clip that has one, in their order: ascending.
    package let frames: [(clip: Int, source: Int)]

    package struct Box: Hashable, Sendable {
        package let x, y, width, height: Int

        package init(x: Int, y: Int, width: Int, height: Int) {
            self.x = x
            self.y = y
            self.width = width
            self.height = height
        }
    }

    /// - Parameters:
    ///   - object: of the whole frame that the video was cropped from, and where it lies; nil for a video that is whole.
    package init(_ facts: PictureFacts, object: (columns: Int, rows: Int, region: Box)?) {
        let clip = facts.provenance.clip
        columns = object?.columns ?? clip.sourceWidth
        rows = object?.rows ?? clip.sourceHeight
        region = object?.region ?? Box(x: 0, y: 0, width: clip.sourceWidth, height: clip.sourceHeight)
        (width, height) = (clip.width, clip.height)
        var frames: [(clip: Int, source: Int)] = []
        for (index, source) in clip.sourceFrames.enumerated() where source > frames.last?.source ?? -1 {
            frames.append((clip: index, source: source))
        }
        self.frames = frames
    }

    /// The source's pixels along one side of a map's pixel.
    package var scale: (x: Double, y: Double) {
        (Double(region.width) / Double(max(width, 1)), Double(region.height) / Double(max(height, 1)))
    }

    /// Two frames of a map and the share of the second at a moment of the source, in its frames.
    /// - Parameter mapFrames: that the map has, and the clip's frame of the first.
    /// - Returns: nil outside of what the map covers.
    package func place(
        _ moment: Double, on mapFrames: (count: Int, first: Int)
    ) -> (lower: Int, upper: Int, share: Float)? {
        let own = frames.filter { (mapFrames.first..<mapFrames.first + mapFrames.count).contains($0.clip) }
        guard let above = own.firstIndex(where: { Double($0.source) >= moment }) else { return nil }
        let upper = own[above]
        guard Double(upper.source) > moment else {
            return (upper.clip - mapFrames.first, upper.clip - mapFrames.first, 0)
        }
        guard above > 0 else { return nil }
        let lower = own[above - 1]
        let share = (moment - Double(lower.source)) / Double(upper.source - lower.source)
        return (lower.clip - mapFrames.first, upper.clip - mapFrames.first, Float(share))
    }

    /// A map's plane `[height, width]` on the source's whole frame `[rows, columns]`: straight lines between centres of pixels, zero outside of the region.
    /// - Throws: `RenderingError` for a plane of another size.
    package func spread(_ plane: [Float]) throws -> [Float] {
        try Stage(
            frameWidth: columns, frameHeight: rows, mapWidth: width, mapHeight: height,
            region: .init(
                x: Double(region.x), y: Double(region.y), width: Double(region.width), height: Double(region.height)),
            zoom: 1, density: 1
        ).spread(plane)
    }

    package static func == (a: SourceGeometry, b: SourceGeometry) -> Bool {
        a.columns == b.columns && a.rows == b.rows && a.region == b.region && a.width == b.width
            && a.height == b.height && a.frames.map(\.clip) == b.frames.map(\.clip)
            && a.frames.map(\.source) == b.frames.map(\.source)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(region)
        hasher.combine(frames.map(\.source))
    }
}

extension PictureMaterial {
    /// A map at a moment of the source, which may lie between two of its frames.
    /// - Returns: each component `[height, width]`; nil outside of what the map covers.
    package func components(of kind: MapKind, at moment: Double, _ geometry: SourceGeometry) throws -> [[Float]]? {
        guard let map = facts.map(kind) else { throw PictureError.nothing(of: "map \(kind.rawValue)") }
        let frames = (count: map.frames, first: kind.firstClipFrame)
        guard let place = geometry.place(moment, on: frames) else { return nil }
        let lower = try components(of: kind, frame: place.lower)
        guard place.share > 0 else { return lower }
        let upper = try components(of: kind, frame: place.upper)
        return zip(lower, upper).map { zip($0, $1).map { $0 * (1 - place.share) + $1 * place.share } }
    }
}
