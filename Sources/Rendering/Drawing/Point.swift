/// A place on a picture or on a map: x to the right, y down. Whether the centre of the first pixel is at 0 (maps) or at
/// one half (pictures, where lines run along the edges of pixels) is said where points are taken.
package struct Point: Hashable, Sendable {
    package var x: Double
    package var y: Double

    package init(x: Double, y: Double) {
        self.x = x
        self.y = y
    }
}
