/// A picture to draw on.
struct Canvas {
    typealias Color = (red: UInt8, green: UInt8, blue: UInt8)

    private(set) var image: RGBImage

    init(width: Int, height: Int, color: Color) {
        var pixels: [UInt8] = []
        pixels.reserveCapacity(3 * width * height)
        for _ in 0..<(width * height) { pixels += [color.red, color.green, color.blue] }
        image = RGBImage(width: width, height: height, pixels: pixels)
    }

    /// What is outside the canvas is not drawn.
    mutating func fill(x: Int, y: Int, width: Int, height: Int, color: Color) {
        let columns = max(x, 0)..<max(min(x + width, image.width), max(x, 0))
        for row in max(y, 0)..<max(min(y + height, image.height), max(y, 0)) {
            for column in columns {
                let index = 3 * (row * image.width + column)
                image.pixels[index] = color.red
                image.pixels[index + 1] = color.green
                image.pixels[index + 2] = color.blue
            }
        }
    }

    mutating func draw(_ other: RGBImage, x: Int, y: Int) {
        for row in 0..<other.height where (0..<image.height).contains(y + row) {
            let count = min(other.width, image.width - x)
            guard x >= 0, count > 0 else { return }
            let (from, to) = (3 * row * other.width, 3 * ((y + row) * image.width + x))
            image.pixels.replaceSubrange(to..<(to + 3 * count), with: other.pixels[from..<(from + 3 * count)])
        }
    }

    /// Letters of 5x7 dots; each dot is a square of `dot` pixels.
    mutating func write(_ text: String, x: Int, y: Int, dot: Int, color: Color) {
        var left = x
        for character in text {
            for (row, bits) in DotFont.rows(of: character).enumerated() {
                for column in 0..<DotFont.width where bits & (1 << (DotFont.width - 1 - column)) != 0 {
                    fill(x: left + column * dot, y: y + row * dot, width: dot, height: dot, color: color)
                }
            }
            left += (DotFont.width + 1) * dot
        }
    }
}
