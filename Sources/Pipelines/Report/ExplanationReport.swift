import Attribution
import Cine
package import Foundation
import Models
import Motion
import Tensors
import Video

/// What an explanation says apart from its maps; as JSON the body of `GET /v1/explanations/{id}` and the report of the command line.
/// Field names are in snake case there.
package struct ExplanationReport: Encodable, Hashable, Sendable {
    package let prediction: PredictionReport
    /// The scalar that is differentiated.
    package let target: TargetReport
    /// What each window says; nil unless windows were asked for.
    package let windows: WindowsReport?
    /// Nil in pixels.
    package let shares: SharesReport?
    /// Nil in pixels.
    package let fidelity: FidelityReport?
    package let checks: ChecksReport
    /// Of methods whose contributions add up; nil for others.
    package let completeness: CompletenessReport?
    /// Nil for methods whose maps are no derivatives.
    package let timeline: TimelineReport?
    /// What the numbers permit to say, in plain words.
    package let reading: [String]
    package let maps: [MapReport]
    /// What there is besides maps: vectors, trajectories, flow, noise.
    package let parts: [ExplanationPart]
    package let cost: CostReport
    package private(set) var provenance: ProvenanceReport
    package let notice: String

    init(
        network: Network, plan: ExplainPlan, subject: ExplanationSubject, sampled: SampledClip, scores: WindowScores,
        target: ResolvedTarget, found: WindowedResult, point: ExplainPoint, timeline: Timeline?,
        checks: ChecksReport, timings: Timings, cost: CostReport
    ) throws {
        let result = found.result
        prediction = PredictionReport(network.manifest, scores: scores.mean)
        windows =
            plan.hasWindows
            ? WindowsReport(plan.windows, scores: scores, target: target, found: found, sampled: sampled) : nil
        self.target = TargetReport(target, network: network, result: result)
        shares = result.shares.map { SharesReport($0, untrained: checks.randomisation?.shares) }
        fidelity = point.fidelity
        self.timeline = timeline.map { TimelineReport($0, sourceFrames: sampled.sourceFrames) }
        reading = Reading(shares: shares, fidelity: fidelity, checks: checks).sentences
        self.checks = checks
        parts = Self.parts(point: point, result: result, unit: plan.attribution.facts.unit)
        maps = result.maps.map { MapReport($0, unit: plan.attribution.facts.unit) }
        self.cost = cost
        completeness = result.completeness.map(CompletenessReport.init)
        provenance = ProvenanceReport(
            network: network, plan: plan, subject: subject, sampled: sampled, result: result, flow: point.facts,
            timings: timings)
        notice = SoftwareVersion.notice
    }

    /// The same with the time that storing took.
    package func storing(seconds: Double) -> ExplanationReport {
        var report = self
        report.provenance.timings["store"] = seconds
        return report
    }

    private static func parts(
        point: ExplainPoint, result: AttributionResult, unit: AttributionUnit
    ) -> [ExplanationPart] {
        let motion: [ExplanationPart] =
            point.flow == nil ? [] : unit == .derivative ? [.vectors, .trajectories, .flow] : [.flow]
        return motion + (result.sampling == nil ? [] : [.noise])
    }

    /// - Throws: ``ExplainError/notFinite(_:)``.
    package func json(pretty: Bool) throws -> Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting =
            pretty ? [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted] : [.sortedKeys, .withoutEscapingSlashes]
        do {
            return try encoder.encode(self)
        } catch {
            throw ExplainError.notFinite("numbers of the report are")
        }
    }
}

/// Whether contributions add up to the difference of scores that they explain.
package struct CompletenessReport: Encodable, Hashable, Sendable {
    package let baseline: String
    /// The score at the clip less the score at the baseline, the sum of all contributions, and what it misses.
    package let difference, sum, delta: Double
    /// The sums over the parts; nil in pixels.
    package let parts: SharesReport.Values?

    init(_ completeness: Completeness) {
        baseline = completeness.baseline
        difference = completeness.difference
        sum = completeness.sum
        delta = completeness.delta
        parts = completeness.parts.map { SharesReport.Values(appearance: $0[0], motion: $0[1], residual: $0[2]) }
    }
}

/// What an explanation may have besides its maps; the raw values are names in the HTTP interface.
package enum ExplanationPart: String, Encodable, Hashable, Sendable, CaseIterable {
    case vectors, trajectories, flow, noise
}
