/// A vector field as arrows on a grid, each the mean over its cell.
///
/// Arrows have one factor for all frames, by the field's scale, and their legend says how long one unit is: an arrow
/// twice as long is a vector twice as long. Vectors that would be shorter than a pixel and a half are not drawn.
package struct FieldArrows: Hashable, Sendable {
    package enum Coloring: Hashable, Sendable {
        case one(RGBColor)
        /// By direction, as in `FlowColors`.
        case direction
    }

    /// The length that reaches from one cell's centre to the next one's.
    package var scale: MapScale
    package var coloring: Coloring
    /// Between the arrows' centres, in pixels of the picture at a density of 1.
    package var spacing: Double

    package init(scale: MapScale, coloring: Coloring, spacing: Double) {
        self.scale = scale
        self.coloring = coloring
        self.spacing = spacing
    }

    /// Pixels of the picture for one unit of a vector along x, drawn.
    package func pixelsPerUnit(on stage: Stage) -> Double {
        scale.maximum > 0 ? spacing * Double(stage.density) / scale.maximum : 0
    }

    /// - Parameters:
    ///   - dx: to the right, in the map's pixels, `[mapHeight, mapWidth]`.
    ///   - dy: down, the same.
    /// - Throws: ``RenderingError/sizeMismatch(expected:found:)``.
    package func draw(dx: [Float], dy: [Float], on canvas: Canvas, stage: Stage) throws {
        let count = stage.mapWidth * stage.mapHeight
        for plane in [dx, dy] where plane.count != count {
            throw RenderingError.sizeMismatch(expected: count, found: plane.count)
        }
        let (factor, density) = (pixelsPerUnit(on: stage), Double(stage.density))
        // The video's pixels need not be square in the model's geometry: a unit along y may be longer or shorter there.
        let squash = stage.pitch.y / stage.pitch.x
        let columns = Self.cells(stage.mapWidth, pitch: stage.pitch.x, spacing: spacing * density)
        let rows = Self.cells(stage.mapHeight, pitch: stage.pitch.y, spacing: spacing * density)
        for row in rows {
            for column in columns {
                guard let mean = Self.mean(dx, dy, row, column, width: stage.mapWidth) else { continue }
                let (x, y) = (mean.x * factor / 2, mean.y * factor * squash / 2)
                let length = 2 * (x * x + y * y).squareRoot()
                guard length >= 1.5 * density else { continue }
                let center = stage.place(
                    Point(
                        x: Double(column.lowerBound + column.upperBound - 1) / 2,
                        y: Double(row.lowerBound + row.upperBound - 1) / 2))
                canvas.arrow(
                    from: Point(x: center.x - x, y: center.y - y), to: Point(x: center.x + x, y: center.y + y),
                    width: 1.4 * density, color: color(mean), halo: 0.9 * density)
            }
        }
    }

    /// Of one arrow, for a round value.
    package func legend(stage: Stage, caption: String) -> Legend {
        let value = NumberText.round(below: scale.maximum)
        let color =
            switch coloring {
            case .one(let color): color
            case .direction: RGBColor.ink
            }
        return .arrow(color, value: value, pixelsPerUnit: pixelsPerUnit(on: stage), caption: caption)
    }

    private func color(_ vector: Point) -> RGBColor {
        switch coloring {
        case .one(let color): return color
        case .direction:
            // Full brightness for any length: the arrow itself has the length.
            let length = (vector.x * vector.x + vector.y * vector.y).squareRoot()
            let entry = FlowColors.index(dx: Float(vector.x / length), dy: Float(vector.y / length))
            let table = FlowColors.table
            return RGBColor(table[entry], table[entry + 1], table[entry + 2])
        }
    }

    /// The map's pixels along an axis in cells of about `spacing` pixels of the picture.
    private static func cells(_ extent: Int, pitch: Double, spacing: Double) -> [Range<Int>] {
        let count = min(max(Int((Double(extent) * pitch / spacing).rounded()), 1), extent)
        return (0..<count).map { ($0 * extent / count)..<(($0 + 1) * extent / count) }
    }

    /// Over the cell's pixels that have numbers.
    private static func mean(
        _ dx: [Float], _ dy: [Float], _ rows: Range<Int>, _ columns: Range<Int>, width: Int
    ) -> Point? {
        var (x, y, count) = (0.0, 0.0, 0.0)
        for row in rows {
            for column in columns where dx[row * width + column].isFinite && dy[row * width + column].isFinite {
                x += Double(dx[row * width + column])
                y += Double(dy[row * width + column])
                count += 1
            }
        }
        return count > 0 ? Point(x: x / count, y: y / count) : nil
    }
}
