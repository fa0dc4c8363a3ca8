import Attribution
import Foundation
package import Store
package import Tensors

/// How fast the machine explains, to predict how long a job takes.
package struct JobRate: Hashable, Sendable {
    /// What it was concluded from.
    package enum Basis: String, Hashable, Sendable, CaseIterable, Encodable {
        /// The last jobs by the same model.
        case model
        /// The last jobs by any model.
        case jobs
        /// No job at all: a stated number.
        case standard
    }

    package let basis: Basis
    /// Multiplications and additions a second, while passes run.
    package let flopsPerSecond: Double
    /// What a job of this kind takes besides passes: decoding, flow, sums, comparing ranks. 0 when there was none of its kind.
    package let otherSeconds: Double

    /// A moderate processor's, for a service that has done nothing yet: 20 GFLOP/s for each thread.
    package static func standard(_ parallelism: Parallelism) -> JobRate {
        JobRate(basis: .standard, flopsPerSecond: 20e9 * Double(parallelism.threads), otherSeconds: 0)
    }

    private init(basis: Basis, flopsPerSecond: Double, otherSeconds: Double) {
        (self.basis, self.flopsPerSecond, self.otherSeconds) = (basis, flopsPerSecond, otherSeconds)
    }

    /// How many of the last jobs are looked at.
    private static let jobs = 5

    /// The median of the last jobs by a model, else of the last ones by any, else ``standard(_:)``.
    package init(store: Store, model: String, plan: ExplainPlan, parallelism: Parallelism) throws {
        for (basis, id) in [(Basis.model, String?.some(model)), (.jobs, nil)] {
            let page = try store.explanations(
                seenBy: .all, state: .succeeded, video: nil, model: id, source: .any, after: nil, limit: Self.jobs)
            let done = page.records.compactMap { $0.result.flatMap(FinishedJob.init) }
            guard !done.isEmpty else { continue }
            let alike = done.filter {
                $0.space == plan.space.rawValue && $0.isChecked == plan.checks.contains(.randomisation)
            }
            self.init(
                basis: basis, flopsPerSecond: Self.median(done.map(\.flopsPerSecond)),
                otherSeconds: alike.isEmpty ? 0 : Self.median(alike.map(\.otherSeconds)))
            return
        }
        self = .standard(parallelism)
    }

    /// - Precondition: at least one value.
    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    package func seconds(for cost: ExplainCost) -> Double {
        Double(cost.flops) / flopsPerSecond + otherSeconds
    }
}

/// What a stored report says of speed; nil for reports that say nothing.
private struct FinishedJob {
    let flopsPerSecond, otherSeconds: Double
    let space: String
    /// Whether networks that forgot were tried.
    let isChecked: Bool

    private struct Document: Decodable {
        struct Checks: Decodable {
            struct Randomisation: Decodable {}
            let randomisation: Randomisation?
        }
        struct Cost: Decodable {
            let flops_per_second: Double
        }
        struct Provenance: Decodable {
            struct Method: Decodable {
                let space: String
            }
            let seconds: Double
            let timings: [String: Double]
            let method: Method
        }
        let checks: Checks
        let cost: Cost
        let provenance: Provenance
    }

    init?(_ report: String) {
        guard let document = try? JSONDecoder().decode(Document.self, from: Data(report.utf8)),
            document.cost.flops_per_second > 0
        else { return nil }
        flopsPerSecond = document.cost.flops_per_second
        let timings = document.provenance.timings
        let passes = (timings["forward"] ?? 0) + (timings["backward"] ?? 0)
        otherSeconds = max(document.provenance.seconds - passes, 0)
        space = document.provenance.method.space
        isChecked = document.checks.randomisation != nil
    }
}
