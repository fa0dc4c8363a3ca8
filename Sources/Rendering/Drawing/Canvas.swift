import CCairo
package import Cine

/// A picture to draw on, by Cairo.
///
/// Coordinates are in pixels from the upper left corner of the first pixel, x to the right, y down. What is outside is
/// not drawn. Lines and letters have soft edges; whole pixels that are filled have sharp ones.
package final class Canvas {
    /// The longest side of a picture.
    package static let maximumSide = 32_000

    package let width: Int
    package let height: Int
    private let surface: OpaquePointer?
    let context: OpaquePointer?

    /// - Throws: ``RenderingError``.
    package init(width: Int, height: Int, color: RGBColor) throws {
        guard width > 0, height > 0, width <= Self.maximumSide, height <= Self.maximumSide else {
            throw RenderingError.tooLarge(width: width, height: height, limit: Self.maximumSide)
        }
        self.width = width
        self.height = height
        surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(width), Int32(height))
        context = cairo_create(surface)
        let status = cairo_status(context)
        guard status == CAIRO_STATUS_SUCCESS else {
            throw RenderingError.failed(reason: String(cString: cairo_status_to_string(status)))
        }
        cairo_set_line_cap(context, CAIRO_LINE_CAP_ROUND)
        cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
        fill(x: 0, y: 0, width: width, height: height, color: color)
    }

    /// - Throws: ``RenderingError``.
    package convenience init(_ image: RGBImage) throws {
        try self.init(width: image.width, height: image.height, color: .halo)
        draw(image, x: 0, y: 0)
    }

    deinit {
        cairo_destroy(context)
        cairo_surface_destroy(surface)
    }

    /// What was drawn so far.
    package var image: RGBImage {
        var pixels = [UInt8](repeating: 0, count: 3 * width * height)
        withRows { rows, stride in
            var index = 0
            for y in 0..<height {
                for x in 0..<width {
                    let value = rows[y * stride + x]
                    pixels[index] = UInt8(truncatingIfNeeded: value >> 16)
                    pixels[index + 1] = UInt8(truncatingIfNeeded: value >> 8)
                    pixels[index + 2] = UInt8(truncatingIfNeeded: value)
                    index += 3
                }
            }
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }

    /// Whole pixels, every one exactly in the colour.
    package func fill(x: Int, y: Int, width: Int, height: Int, color: RGBColor) {
        let columns = max(x, 0)..<max(min(x + width, self.width), max(x, 0))
        let value = UInt32(color.red) << 16 | UInt32(color.green) << 8 | UInt32(color.blue)
        withRows { rows, stride in
            for row in max(y, 0)..<max(min(y + height, self.height), max(y, 0)) {
                for column in columns { rows[row * stride + column] = value }
            }
        }
    }

    /// Another picture, pixel by pixel.
    package func draw(_ other: RGBImage, x: Int, y: Int) {
        let columns = max(-x, 0)..<max(min(other.width, width - x), max(-x, 0))
        withRows { rows, stride in
            for row in 0..<other.height where (0..<height).contains(y + row) {
                for column in columns {
                    let index = 3 * (row * other.width + column)
                    rows[(y + row) * stride + x + column] =
                        UInt32(other.pixels[index]) << 16 | UInt32(other.pixels[index + 1]) << 8
                        | UInt32(other.pixels[index + 2])
                }
            }
        }
    }

    /// The surface's own memory: 32 bits a pixel, 0xRRGGBB, `stride` pixels a row.
    private func withRows(_ body: (UnsafeMutablePointer<UInt32>, Int) -> Void) {
        cairo_surface_flush(surface)
        let stride = Int(cairo_image_surface_get_stride(surface)) / MemoryLayout<UInt32>.size
        cairo_image_surface_get_data(surface)?
            .withMemoryRebound(to: UInt32.self, capacity: stride * height) { body($0, stride) }
        cairo_surface_mark_dirty(surface)
    }
}
