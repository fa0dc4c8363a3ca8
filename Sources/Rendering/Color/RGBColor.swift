import Foundation

/// A colour of a picture: sRGB, opaque.
package struct RGBColor: Hashable, Sendable {
    package var red: UInt8
    package var green: UInt8
    package var blue: UInt8

    package init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// The nearest that can be shown.
    package init(_ color: OKLab) {
        let bytes = color.linearRGB.map { light in
            // IEC 61966-2-1.
            let held = min(max(light, 0), 1)
            let encoded = held <= 0.0031308 ? 12.92 * held : 1.055 * pow(held, 1 / 2.4) - 0.055
            return UInt8((255 * encoded).rounded())
        }
        self.init(bytes[0], bytes[1], bytes[2])
    }
}

/// The colours that mean something, or nothing. Those that stand against each other differ in lightness as well, and
/// their hues are told apart with any kind of colour blindness (blue against orange), with one exception: the history of
/// a trajectory is green and its end red, as in Hughes, figure 5; there the end is also a large dot and the history a
/// line.
extension RGBColor {
    /// Under pictures and between them.
    package static let paper = RGBColor(24, 24, 27)
    /// Letters and axes.
    package static let ink = RGBColor(235, 235, 238)
    /// Letters and lines of less weight.
    package static let faint = RGBColor(150, 150, 158)
    /// Around lines on a frame, so that they are seen on any grey.
    package static let halo = RGBColor(0, 0, 0)
    /// Motion, where its direction has no colour of its own.
    package static let motion = RGBColor(120, 220, 255)
    /// The gradient pulls along the motion.
    package static let along = RGBColor(255, 170, 40)
    /// The gradient pulls against the motion.
    package static let against = RGBColor(70, 150, 255)
    /// The gradient pulls across the motion, or nothing moves.
    package static let across = RGBColor(200, 120, 200)
    /// The parts of a decomposition.
    package static let appearance = RGBColor(86, 180, 233)
    package static let motionPart = RGBColor(240, 165, 0)
    package static let residual = RGBColor(190, 120, 165)
    /// Where a trajectory is.
    package static let current = RGBColor(255, 60, 50)
    /// Where it was.
    package static let history = RGBColor(80, 235, 120)
}
