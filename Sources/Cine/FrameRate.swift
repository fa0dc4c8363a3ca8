/// Frames a second as an exact fraction, as containers store it (30000/1001 is not 29.97).
package struct FrameRate: Hashable, Sendable {
    package let numerator: Int
    package let denominator: Int

    /// Nil unless both are positive.
    package init?(numerator: Int, denominator: Int) {
        guard numerator > 0, denominator > 0 else { return nil }
        self.numerator = numerator
        self.denominator = denominator
    }

    /// Unit: frames a second.
    package var framesPerSecond: Double { Double(numerator) / Double(denominator) }
}
