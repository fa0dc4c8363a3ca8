/// A place in a frame, in pixels: x to the right, y down, (0, 0) being the centre of the first pixel.
package struct PixelPoint: Hashable, Sendable {
    package var x, y: Double

    package init(x: Double, y: Double) {
        self.x = x
        self.y = y
    }

    package static func + (a: PixelPoint, b: PixelPoint) -> PixelPoint { PixelPoint(x: a.x + b.x, y: a.y + b.y) }

    /// √(x² + y²)
    package var length: Double { (x * x + y * y).squareRoot() }

    package func distance(to other: PixelPoint) -> Double { PixelPoint(x: x - other.x, y: y - other.y).length }

    /// Whether bilinear look-up finds values on all sides: 0…width - 1, 0…height - 1.
    package func isInside(width: Int, height: Int) -> Bool {
        x >= 0 && y >= 0 && x <= Double(width - 1) && y <= Double(height - 1)
    }
}
