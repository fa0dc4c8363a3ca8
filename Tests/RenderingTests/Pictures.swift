import Cine
import Rendering

/// Pictures of tests and what is on them.
extension RGBImage {
    init(width: Int, height: Int, grey: UInt8) {
        self.init(width: width, height: height, pixels: [UInt8](repeating: grey, count: 3 * width * height))
    }

    subscript(x: Int, y: Int) -> RGBColor {
        let index = 3 * (y * width + x)
        return RGBColor(pixels[index], pixels[index + 1], pixels[index + 2])
    }

    /// The places of this colour, or nearly this: lines have soft edges.
    func places(of color: RGBColor) -> [(x: Int, y: Int)] {
        (0..<height).flatMap { y in (0..<width).filter { self[$0, y].isNear(color) }.map { ($0, y) } }
    }
}

extension RGBColor {
    func isNear(_ other: RGBColor) -> Bool {
        max(
            abs(Int(red) - Int(other.red)), abs(Int(green) - Int(other.green)), abs(Int(blue) - Int(other.blue))
        ) < 36
    }
}
