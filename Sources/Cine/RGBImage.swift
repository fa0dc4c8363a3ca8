/// A picture in memory.
package struct RGBImage: Hashable, Sendable {
    package let width: Int
    package let height: Int
    /// Red, green, blue of each pixel, sRGB, in rows from the top without gaps.
    package var pixels: [UInt8]

    /// - Precondition: three bytes a pixel.
    package init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(width > 0 && height > 0 && pixels.count == 3 * width * height, "an image has three bytes a pixel")
        self.width = width
        self.height = height
        self.pixels = pixels
    }
}
