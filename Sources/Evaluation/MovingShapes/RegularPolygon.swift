import Cine

/// A regular polygon as the half-planes whose intersection it is.
struct RegularPolygon {
    /// How much of a pixel is covered, in sixteenths: every pixel is sampled on a 4×4 grid.
    static let fullCoverage = 16

    private let radius: Double
    /// Unit vectors away from the centre, one a side.
    private let normals: [PixelPoint]
    /// From the centre to each side.
    private let apothem: Double

    init(_ shape: MovingShape) {
        let sides = Double(shape.sides)
        radius = shape.radius
        normals = (0..<shape.sides).map {
            ExactTrigonometry.direction(turns: shape.phase + (Double($0) + 0.5) / sides)
        }
        apothem = shape.radius * ExactTrigonometry.direction(turns: 0.5 / sides).x
    }

    /// Calls `body` with each pixel of a square frame that the polygon touches: column, row, sixteenths covered.
    func forEachPixel(around center: PixelPoint, side: Int, _ body: (Int, Int, Int) -> Void) {
        func span(_ middle: Double) -> Range<Int> {
            let low = max(0, Int((middle - radius - 1).rounded(.down)))
            return low..<max(low, min(side, Int((middle + radius + 1).rounded(.up)) + 1))
        }
        for row in span(center.y) {
            for column in span(center.x) {
                let (x, y) = (Double(column) - center.x, Double(row) - center.y)
                let distance = distance(x, y)
                // Half a pixel's diagonal is 0.71.
                if distance >= 0.75 { continue }
                let covered = distance <= -0.75 ? Self.fullCoverage : samples(x, y)
                if covered > 0 { body(column, row, covered) }
            }
        }
    }

    /// Negative inside; a point's distance from the nearest side inside, at most that outside.
    @inline(__always)
    private func distance(_ x: Double, _ y: Double) -> Double {
        var farthest = -Double.infinity
        for normal in normals { farthest = max(farthest, normal.x * x + normal.y * y) }
        return farthest - apothem
    }

    private func samples(_ x: Double, _ y: Double) -> Int {
        var inside = 0
        for row in 0..<4 {
            for column in 0..<4 {
                inside += distance(x + (Double(column) - 1.5) / 4, y + (Double(row) - 1.5) / 4) <= 0 ? 1 : 0
            }
        }
        return inside
    }
}
