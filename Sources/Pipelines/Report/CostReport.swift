import Autodiff
import Tensors

/// What an explanation took, beside what was predicted of it.
package struct CostReport: Encodable, Hashable, Sendable {
    package struct Amounts: Encodable, Hashable, Sendable {
        /// Passes forward and backward.
        package let passes: Int
        /// Multiplications and additions.
        package let flops: Int
        /// The most that were held at once, parameters included.
        package let bytes: Int
        package let seconds: Double
    }

    package let estimate, actual: Amounts
    /// Multiplications and additions a second, while passes ran.
    package let flopsPerSecond: Double

    init(_ cost: ExplainCost, rate: JobRate, timings: Timings, meter: WorkMeter, passes: Int) {
        estimate = Amounts(
            passes: cost.passes, flops: cost.flops, bytes: cost.bytes, seconds: rate.seconds(for: cost))
        actual = Amounts(
            passes: passes, flops: meter.flops, bytes: meter.peakBytes + cost.pass.parameterBytes,
            seconds: timings.total)
        flopsPerSecond = Double(meter.flops) / max(timings.forward + timings.backward, 1e-9)
    }
}
