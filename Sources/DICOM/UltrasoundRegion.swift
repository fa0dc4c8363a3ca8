/// An item of the Sequence of Ultrasound Regions (PS3.3, C.8.5.5).
package struct UltrasoundRegion: Hashable, Sendable, Codable {
    /// Region Spatial Format (0018,6012).
    package enum Format: Int, Hashable, Sendable, Codable {
        case none = 0
        case tissue2D = 1
        case motionMode = 2
        case spectrum = 3
        case waveform = 4
        case graphics = 5
    }

    package var format: Format
    /// Region Data Type (0018,6014): 1 is tissue, 2 colour flow.
    package var dataType: Int
    /// Both corners belong to it, as they are written: they may lie beyond the frame.
    package var minX, minY, maxX, maxY: Int
    /// Physical units a pixel, and their code (0018,6024): 3 is centimetres, 4 seconds. Nil when not stated.
    package var unitsX, unitsY: Int?
    package var deltaX, deltaY: Double?

    /// Held to a frame's edges; nil when nothing of it is left. A corner may equal the number of columns in files of some makers.
    package func box(columns: Int, rows: Int) -> PixelBox? {
        let (left, top) = (max(minX, 0), max(minY, 0))
        let (right, bottom) = (min(maxX, columns - 1), min(maxY, rows - 1))
        // Fewer pixels are no picture.
        guard right - left >= 7, bottom - top >= 7 else { return nil }
        return PixelBox(x: left, y: top, width: right - left + 1, height: bottom - top + 1)
    }

    /// Centimetres a pixel to the right and downwards; nil when the object states none.
    package var centimetresPerPixel: (x: Double, y: Double)? {
        guard unitsX == 3, unitsY == 3, let deltaX, let deltaY, deltaX != 0, deltaY != 0 else { return nil }
        return (abs(deltaX), abs(deltaY))
    }
}

extension [UltrasoundRegion] {
    /// The largest two-dimensional region of tissue, else of colour flow; the first of equals.
    package func tissue(columns: Int, rows: Int) -> (region: UltrasoundRegion, box: PixelBox)? {
        for dataType in [1, 2] {
            let candidates = filter { $0.format == .tissue2D && $0.dataType == dataType }.compactMap { region in
                region.box(columns: columns, rows: rows).map { (region: region, box: $0) }
            }
            var best: (region: UltrasoundRegion, box: PixelBox)?
            for candidate in candidates where candidate.box.area > best?.box.area ?? 0 { best = candidate }
            if let best { return best }
        }
        return nil
    }
}
