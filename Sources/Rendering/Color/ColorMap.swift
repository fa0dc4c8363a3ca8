import Foundation

/// How a value becomes a colour. The raw values are the names in the HTTP interface.
///
/// Each map is a path through OKLab at constant speed, so that equal differences of value are equal differences of
/// colour, and its lightness is linear, so that it reads the same in grey.
package enum ColorMap: String, Hashable, Sendable, CaseIterable {
    /// Magnitudes: black over purple and orange to light yellow.
    case ember
    /// Signed values: blue below zero, white at zero, red above.
    case tide
    /// Magnitudes: black to white.
    case gray

    /// Whether zero is in the middle.
    package var isDiverging: Bool {
        switch self {
        case .tide: true
        case .ember, .gray: false
        }
    }

    /// The exact colour.
    /// - Parameter position: 0…1 along the path; zero of a diverging map is at one half.
    package func color(at position: Double) -> OKLab {
        switch self {
        case .ember:
            // Most of a circle between the axes of red and yellow; it stays within sRGB at these lightnesses.
            let angle = -2.90 + 5.82 * position
            return OKLab(
                lightness: 0.12 + 0.84 * position, a: 0.080 + 0.097 * cos(angle), b: 0.041 + 0.097 * sin(angle))
        case .tide:
            let (distance, hue) = (abs(2 * position - 1), (position < 0.5 ? 262 : 27) * Double.pi / 180)
            return OKLab(
                lightness: 0.97 - 0.52 * distance, a: 0.17 * distance * cos(hue), b: 0.17 * distance * sin(hue))
        case .gray: return OKLab(lightness: position, a: 0, b: 0)
        }
    }

    /// Red, green, blue of 256 positions, 0/255 to 255/255.
    package var table: [UInt8] {
        switch self {
        case .ember: Self.emberTable
        case .tide: Self.tideTable
        case .gray: Self.grayTable
        }
    }

    private static let emberTable = makeTable(.ember)
    private static let tideTable = makeTable(.tide)
    private static let grayTable = makeTable(.gray)

    private static func makeTable(_ map: ColorMap) -> [UInt8] {
        (0...255).flatMap { index in
            let color = RGBColor(map.color(at: Double(index) / 255))
            return [color.red, color.green, color.blue]
        }
    }

    /// The table's index of a value.
    /// - Parameter fraction: of the scale; 0…1, or -1…1 for a diverging map. Beyond it is held, not a number is zero.
    func index(of fraction: Float) -> Int {
        let value = fraction.isNaN ? 0 : fraction
        let position = isDiverging ? (value + 1) / 2 : value
        return Int(min(max(position, 0), 1) * 255 + 0.5)
    }
}
