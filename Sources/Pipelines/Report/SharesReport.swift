import Attribution
import Foundation

/// How much of the score's local dependence lies in each part of the decomposition; see `Shares` for the definition.
package struct SharesReport: Encodable, Hashable, Sendable {
    package struct Values: Encodable, Hashable, Sendable {
        package let appearance, motion, residual: Double
    }

    /// First frame, flow and residual; they sum to one.
    package let appearance, motion, residual: Double
    /// Σ ∂y/∂v · v, in units of the score.
    package let signedSums: Values
    /// Of the shares, over batches of noise samples; nil without noise.
    package let standardErrors: Values?

    init(_ shares: Shares) {
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
        } else {
            standardErrors = nil
        }
    }
}

extension Double {
    /// e to this power.
    var exponential: Double { exp(self) }
}
