/// Where a frame and the pixels of a map lie on a picture.
///
/// Three kinds of pixels meet here: the map's (what the model saw), the frame's (either the same or the video's own), and
/// the picture's.
package struct Stage: Hashable, Sendable {
    /// The part of a frame that the model saw, in the frame's pixels from the upper left corner of the first.
    package struct Region: Hashable, Sendable {
        package let x, y, width, height: Double

        /// - Precondition: it has an area.
        package init(x: Double, y: Double, width: Double, height: Double) {
            precondition(width > 0 && height > 0, "a region has an area")
            (self.x, self.y, self.width, self.height) = (x, y, width, height)
        }
    }

    /// Of the frame that is drawn on.
    package let frameWidth, frameHeight: Int
    package let mapWidth, mapHeight: Int
    package let region: Region
    /// Pixels of the picture for one of the frame, along each side.
    package let zoom: Int
    /// Pixels of the picture for one of the measures that lines and signs have: 2 for a screen with twice the pixels.
    package let density: Int

    /// The model's geometry: the frame as the model saw it, pixel by pixel.
    package static func model(width: Int, height: Int, zoom: Int, density: Int) -> Stage {
        Stage(
            frameWidth: width, frameHeight: height, mapWidth: width, mapHeight: height,
            region: Region(x: 0, y: 0, width: Double(width), height: Double(height)), zoom: zoom, density: density)
    }

    /// The video's geometry.
    /// - Precondition: sizes, zoom and density are positive.
    package init(
        frameWidth: Int, frameHeight: Int, mapWidth: Int, mapHeight: Int, region: Region, zoom: Int, density: Int
    ) {
        precondition(
            min(frameWidth, frameHeight, mapWidth, mapHeight, zoom, density) > 0, "a picture has pixels")
        (self.frameWidth, self.frameHeight, self.mapWidth, self.mapHeight) = (
            frameWidth, frameHeight, mapWidth, mapHeight
        )
        (self.region, self.zoom, self.density) = (region, zoom, density)
    }

    /// Of the picture.
    package var width: Int { frameWidth * zoom }
    package var height: Int { frameHeight * zoom }

    /// Pixels of the picture for one of the map, along x and y.
    package var pitch: Point {
        Point(
            x: region.width * Double(zoom) / Double(mapWidth), y: region.height * Double(zoom) / Double(mapHeight))
    }

    /// - Parameter point: on the map, the centre of the first pixel at 0.
    /// - Returns: on the picture, the upper left corner of the first pixel at 0.
    package func place(_ point: Point) -> Point {
        Point(
            x: region.x * Double(zoom) + (point.x + 0.5) * pitch.x,
            y: region.y * Double(zoom) + (point.y + 0.5) * pitch.y)
    }

    /// The picture's columns and rows among the frame's.
    var frameAxes: (columns: SampledAxis, rows: SampledAxis) {
        (
            SampledAxis(count: width, extent: frameWidth, origin: 0, pitch: Double(zoom)),
            SampledAxis(count: height, extent: frameHeight, origin: 0, pitch: Double(zoom))
        )
    }

    /// The picture's columns and rows among the map's.
    var mapAxes: (columns: SampledAxis, rows: SampledAxis) {
        (
            SampledAxis(count: width, extent: mapWidth, origin: region.x * Double(zoom), pitch: pitch.x),
            SampledAxis(count: height, extent: mapHeight, origin: region.y * Double(zoom), pitch: pitch.y)
        )
    }
}

/// For each pixel along an axis of a picture the two pixels of a source that it lies between.
struct SampledAxis: Equatable {
    private(set) var lower: [Int] = []
    private(set) var upper: [Int] = []
    /// Of the upper one.
    private(set) var share: [Float] = []
    /// The picture's pixels that lie on the source.
    let covered: Range<Int>

    /// - Parameters:
    ///   - count: of the picture's pixels.
    ///   - extent: of the source's pixels.
    ///   - origin: where the source's first pixel begins on the picture.
    ///   - pitch: the picture's pixels for one of the source.
    init(count: Int, extent: Int, origin: Double, pitch: Double) {
        var (first, last) = (count, 0)
        for pixel in 0..<count {
            // Centres of pixels lie at halves.
            let position = (Double(pixel) + 0.5 - origin) / pitch - 0.5
            if position >= -0.5, position <= Double(extent) - 0.5 {
                first = min(first, pixel)
                last = pixel + 1
            }
            let held = min(max(position, 0), Double(extent - 1))
            let floor = Int(held)
            lower.append(floor)
            upper.append(min(floor + 1, extent - 1))
            share.append(Float(held - Double(floor)))
        }
        covered = first < last ? first..<last : 0..<0
    }
}

extension Stage {
    /// A plane `[mapHeight, mapWidth]` at the picture's pixels, `[height, width]`: straight lines between the centres of
    /// the map's pixels, zero where there is no map.
    /// - Throws: ``RenderingError/sizeMismatch(expected:found:)``.
    package func spread(_ values: [Float]) throws -> [Float] {
        guard values.count == mapWidth * mapHeight else {
            throw RenderingError.sizeMismatch(expected: mapWidth * mapHeight, found: values.count)
        }
        let (columns, rows) = mapAxes
        var result = [Float](repeating: 0, count: width * height)
        // A row of the map at the picture's columns; the picture's rows lie between two of them, for as long as those are the same.
        var (upper, lower) = (Row(width), Row(width))
        for y in rows.covered {
            if rows.lower[y] == lower.number { swap(&upper, &lower) }
            upper.take(rows.lower[y], of: values, mapWidth, columns)
            lower.take(rows.upper[y], of: values, mapWidth, columns)
            let down = rows.share[y]
            for x in columns.covered {
                result[y * width + x] = upper.values[x] * (1 - down) + lower.values[x] * down
            }
        }
        return result
    }

    /// A row of a map at the columns of a picture.
    private struct Row {
        private(set) var number: Int?
        private(set) var values: [Float]

        init(_ width: Int) { values = [Float](repeating: 0, count: width) }

        mutating func take(_ row: Int, of map: [Float], _ mapWidth: Int, _ columns: SampledAxis) {
            guard row != number else { return }
            number = row
            for x in columns.covered {
                let (left, right, across) = (columns.lower[x], columns.upper[x], columns.share[x])
                values[x] = map[row * mapWidth + left] * (1 - across) + map[row * mapWidth + right] * across
            }
        }
    }
}
