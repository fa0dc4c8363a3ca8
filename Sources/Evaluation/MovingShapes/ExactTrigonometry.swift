package import Cine

/// Sine, cosine and the exponential from additions, multiplications and divisions alone. IEEE 754 fixes the rounding of these, so that the results,
/// unlike those of a C library, have the same bits on every machine. Errors are below 1e-14.
package enum ExactTrigonometry {
    /// Cosine and sine of an angle in turns.
    package static func direction(turns: Double) -> PixelPoint {
        let quarters = (turns - turns.rounded(.down)) * 4
        let quadrant = quarters.rounded()
        // -π/4…π/4
        let angle = (quarters - quadrant) * (Double.pi / 2)
        let (c, s) = (series(angle, even: true), series(angle, even: false))
        switch Int(quadrant) & 3 {
        case 0: return PixelPoint(x: c, y: s)
        case 1: return PixelPoint(x: -s, y: c)
        case 2: return PixelPoint(x: -c, y: -s)
        default: return PixelPoint(x: s, y: -c)
        }
    }

    /// Taylor's series about 0 of the cosine (even) or the sine.
    private static func series(_ angle: Double, even: Bool) -> Double {
        let square = angle * angle
        var term = even ? 1 : angle
        var sum = term
        var n = even ? 1.0 : 2.0
        for _ in 0..<10 {
            term = -term * square / (n * (n + 1))
            sum += term
            n += 2
        }
        return sum
    }

    /// exp(-x) for x ≥ 0.
    package static func decay(_ x: Double) -> Double {
        let small = x / 1024
        var (sum, term) = (1.0, 1.0)
        for n in 1...12 {
            term = -term * small / Double(n)
            sum += term
        }
        for _ in 0..<10 { sum *= sum }
        return sum
    }
}
