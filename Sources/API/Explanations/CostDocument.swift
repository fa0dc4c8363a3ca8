import Pipelines
import Tensors

/// What a dry run answers: the cost of a job that was not queued.
struct CostDocument: Encodable, Sendable {
    struct Cost: Encodable, Sendable {
        /// Forward and backward through the model.
        let passes: Int
        /// Multiplications and additions.
        let flops: Int
        /// The most that are held at once.
        let bytes: Int
        /// The part of the job that holds them.
        let peak: String
        let seconds: Double
        let flopsPerSecond: Double
        /// What the rate was concluded from.
        let basis: String
        let threads: Int
    }

    let dryRun = true
    let model: String
    let cost: Cost
    let limitBytes: Int
    /// Whether the job would be accepted.
    let fits: Bool

    init(_ cost: ExplainCost, model: String, budget: JobBudget, rate: JobRate) {
        self.model = model
        self.cost = Cost(
            passes: cost.passes, flops: cost.flops, bytes: cost.bytes, peak: cost.peak.rawValue,
            seconds: rate.seconds(for: cost), flopsPerSecond: rate.flopsPerSecond, basis: rate.basis.rawValue,
            threads: budget.parallelism.threads)
        limitBytes = budget.bytes
        fits = cost.bytes <= budget.bytes
    }
}
