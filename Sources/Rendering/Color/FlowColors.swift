import Cine
import Foundation

/// Directions as hues, lengths as light: nothing is dark, the scale and beyond is bright.
///
/// A circle around the axis of greys in OKLab, of one lightness: equal angles are equally different, and no direction is
/// brighter than another, which the usual circle through red, yellow, green, cyan, blue (HSV) is not. Right is red, down
/// yellow-green, left cyan-blue, up violet. Hues round a circle cannot be told apart with every kind of colour blindness:
/// where direction matters, arrows are drawn.
package enum FlowColors {
    /// - Parameters:
    ///   - angle: of the direction, from right towards down, in radians.
    ///   - magnitude: 0…1 of the scale.
    package static func color(angle: Double, magnitude: Double) -> OKLab {
        let hue = angle + 0.35
        // The largest circle of this lightness within sRGB has a radius of 0.126.
        let chroma = 0.124 * magnitude
        return OKLab(lightness: 0.12 + 0.62 * magnitude, a: chroma * cos(hue), b: chroma * sin(hue))
    }

    /// Steps of the angle and of the magnitude in ``table``.
    static let (angles, magnitudes) = (256, 65)

    /// Red, green, blue, `[angle, magnitude]`.
    static let table: [UInt8] = (0..<angles).flatMap { angle in
        (0..<magnitudes).flatMap { magnitude in
            let color = RGBColor(
                color(
                    angle: 2 * .pi * Double(angle) / Double(angles),
                    magnitude: Double(magnitude) / Double(magnitudes - 1)))
            return [color.red, color.green, color.blue]
        }
    }

    /// The table's index of red of a vector whose length is a fraction of the scale; beyond 1 it is held.
    static func index(dx: Float, dy: Float) -> Int {
        let length = (dx * dx + dy * dy).squareRoot()
        guard length.isFinite, length > 0 else { return 0 }
        let turn = atan2(dy, dx) / (2 * .pi)
        let angle = Int((turn * Float(angles)).rounded()) & (angles - 1)
        let magnitude = Int((min(length, 1) * Float(magnitudes - 1)).rounded())
        return 3 * (angle * magnitudes + magnitude)
    }

    /// All directions and lengths up to the scale as a disc on paper.
    static func wheel(radius: Double, paper: RGBColor) -> RGBImage {
        let side = Int((2 * radius).rounded(.up))
        var pixels: [UInt8] = []
        pixels.reserveCapacity(3 * side * side)
        for y in 0..<side {
            for x in 0..<side {
                let (dx, dy) = (Double(x) + 0.5 - radius, Double(y) + 0.5 - radius)
                let distance = (dx * dx + dy * dy).squareRoot()
                let inside = min(max(radius - distance, 0), 1)
                let entry = index(dx: Float(dx / radius), dy: Float(dy / radius))
                for (channel, ground) in [paper.red, paper.green, paper.blue].enumerated() {
                    let mixed = inside * Double(table[entry + channel]) + (1 - inside) * Double(ground)
                    pixels.append(UInt8(mixed.rounded()))
                }
            }
        }
        return RGBImage(width: side, height: side, pixels: pixels)
    }
}
