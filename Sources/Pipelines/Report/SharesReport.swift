import Attribution

/// How much of the score's local dependence lies in each part of the decomposition; see `Shares` for the definition.
package struct SharesReport: Encodable, Hashable, Sendable {
    package struct Values: Encodable, Hashable, Sendable {
        package let appearance, motion, residual: Double
    }

    /// Lower and upper ends.
    package struct Intervals: Encodable, Hashable, Sendable {
        package let appearance, motion, residual: [Double]
    }

    /// Which shares untrained networks would not give.
    package struct Informative: Encodable, Hashable, Sendable {
        package let appearance, motion, residual: Bool
    }

    /// First frame, flow and residual; they sum to one.
    package let appearance, motion, residual: Double
    /// Σ ∂y/∂v · v, in units of the score.
    package let signedSums: Values
    /// Of the shares, over batches of noise samples; nil without noise.
    package let standardErrors: Values?
    /// 95 % intervals from those; nil without noise.
    package let intervals: Intervals?
    /// False where the interval, or the share itself without one, overlaps that of networks with random parameters; nil when these were not tried.
    package let informative: Informative?

    init(_ shares: Shares, untrained: UntrainedShares?) {
        appearance = shares.appearance.share
        motion = shares.motion.share
        residual = shares.residual.share
        signedSums = Values(
            appearance: shares.appearance.signedSum, motion: shares.motion.signedSum,
            residual: shares.residual.signedSum)
        if let a = shares.appearance.standardError, let m = shares.motion.standardError,
            let r = shares.residual.standardError
        {
            standardErrors = Values(appearance: a, motion: m, residual: r)
            intervals = Intervals(
                appearance: Self.interval(appearance, 1.96 * a), motion: Self.interval(motion, 1.96 * m),
                residual: Self.interval(residual, 1.96 * r))
        } else {
            standardErrors = nil
            intervals = nil
        }
        let own =
            intervals
            ?? Intervals(
                appearance: [appearance, appearance], motion: [motion, motion], residual: [residual, residual])
        informative = untrained.map { untrained in
            func isApart(_ a: [Double], _ b: [Double]) -> Bool { a[1] < b[0] || b[1] < a[0] }
            return Informative(
                appearance: isApart(own.appearance, untrained.intervals.appearance),
                motion: isApart(own.motion, untrained.intervals.motion),
                residual: isApart(own.residual, untrained.intervals.residual))
        }
    }

    /// Within 0…1.
    static func interval(_ middle: Double, _ reach: Double) -> [Double] {
        [max(middle - reach, 0), min(middle + reach, 1)]
    }
}
