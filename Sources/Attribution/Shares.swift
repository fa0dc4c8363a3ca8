import Motion
import Tensors

/// How much of a score's local dependence lies in the first frame, the flow and the residual.
///
/// Each is `Σ_p |Σ_c ∂y/∂v · v|` over pixels p (of all frames) and components c, divided by the sum of the three; the signed sums `Σ ∂y/∂v · v` stand beside.
package struct Shares: Hashable, Sendable {
    package struct Part: Hashable, Sendable {
        /// 0…1; the three sum to one.
        package let share: Double
        /// In units of the score.
        package let signedSum: Double
        /// Of the share, from batches of noise samples; nil without noise.
        package let standardError: Double?
    }

    /// First frame, flow, residual.
    package let appearance, motion, residual: Part

    /// - Parameters:
    ///   - gradients: by the parts.
    ///   - parts: at which they were taken, without noise.
    ///   - batches: gradients averaged over disjoint groups of samples, for the standard error; fewer than two give none.
    init(gradients: DecompositionParts, parts: DecompositionParts, batches: [[Double]]) {
        let sums = Self.sums(gradients, parts)
        let shares = Self.normalised(sums.map(\.absolute))
        let errors: [Double?] = (0..<3).map { part in
            guard batches.count > 1 else { return nil }
            let values = batches.map { $0[part] }
            let mean = values.reduce(0, +) / Double(values.count)
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
            return (variance / Double(values.count)).squareRoot()
        }
        func part(_ index: Int) -> Part {
            Part(share: shares[index], signedSum: sums[index].signed, standardError: errors[index])
        }
        (appearance, motion, residual) = (part(0), part(1), part(2))
    }

    /// The three shares alone.
    static func fractions(gradients: DecompositionParts, parts: DecompositionParts) -> [Double] {
        normalised(sums(gradients, parts).map(\.absolute))
    }

    private static func sums(
        _ gradients: DecompositionParts, _ parts: DecompositionParts
    ) -> [(absolute: Double, signed: Double)] {
        [
            sum(gradients.firstFrame, parts.firstFrame), sum(gradients.flow, parts.flow),
            sum(gradients.error, parts.error),
        ]
    }

    /// Where nothing depends on anything, a third each.
    private static func normalised(_ sums: [Double]) -> [Double] {
        let total = sums.reduce(0, +)
        return total > 0 ? sums.map { $0 / total } : sums.map { _ in 1.0 / 3 }
    }

    /// - Parameters: `[C, T, H, W]` both.
    private static func sum(_ gradient: Tensor, _ values: Tensor) -> (absolute: Double, signed: Double) {
        let shape = gradient.shape
        let positions = shape[1] * shape[2] * shape[3]
        return gradient.withUnsafeValues { g in
            values.withUnsafeValues { v in
                var (absolute, signed) = (0.0, 0.0)
                for position in 0..<positions {
                    var sum = 0.0
                    for component in 0..<shape[0] {
                        let index = component * positions + position
                        sum += Double(g[index]) * Double(v[index])
                    }
                    absolute += abs(sum)
                    signed += sum
                }
                return (absolute, signed)
            }
        }
    }
}
