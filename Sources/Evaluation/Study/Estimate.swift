/// A mean over clips with its interval.
package struct Estimate: Hashable, Sendable, Codable {
    package let mean: Double
    /// Half of the 95 % interval, by Student's distribution; nil for a single clip.
    package let half: Double?
    /// Clips that gave a number.
    package let clips: Int

    /// Nil when no clip gave a number.
    package init?(_ values: [Double?]) {
        let values = values.compactMap { $0 }.filter(\.isFinite)
        guard !values.isEmpty else { return nil }
        clips = values.count
        let mean = values.reduce(0, +) / Double(clips)
        self.mean = mean
        guard clips > 1 else {
            half = nil
            return
        }
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(clips - 1)
        half = Self.quantile(degrees: clips - 1) * (variance / Double(clips)).squareRoot()
    }

    package var low: Double { mean - (half ?? 0) }
    package var high: Double { mean + (half ?? 0) }

    /// The 97.5 % point of Student's distribution, by the first terms of its expansion (Abramowitz and Stegun, 26.7.5) from 5 degrees of freedom on.
    static func quantile(degrees: Int) -> Double {
        let few = [12.706, 4.303, 3.182, 2.776]
        if degrees <= few.count { return few[max(degrees, 1) - 1] }
        let (z, n) = (1.959_964, Double(degrees))
        let (z3, z5, z7) = (z * z * z, z * z * z * z * z, z * z * z * z * z * z * z)
        return z + (z3 + z) / (4 * n) + (5 * z5 + 16 * z3 + 3 * z) / (96 * n * n)
            + (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * n * n * n)
    }
}
