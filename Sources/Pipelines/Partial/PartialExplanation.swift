import Attribution
package import Cine
import Models
import Motion
package import Video

/// Takes what is finished of an explanation before its end.
package struct PartialRecipient: Sendable {
    /// Whether something is wanted now: making and keeping it costs time.
    package let isDue: @Sendable () -> Bool
    package let receive: @Sendable (PartialExplanation) throws -> Void

    package init(
        isDue: @escaping @Sendable () -> Bool, receive: @escaping @Sendable (PartialExplanation) throws -> Void
    ) {
        self.isDue = isDue
        self.receive = receive
    }
}

/// What is finished of an explanation.
package struct PartialExplanation: Sendable {
    package let report: PartialReport
    package let maps: [AttributionMap]
    /// The clip as the model sees it.
    package let clip: SampledClip

    init(
        _ partial: PartialMaps, network: Network, plan: ExplainPlan, sampled: SampledClip, scores: WindowScores,
        target: ResolvedTarget
    ) {
        maps = partial.maps
        clip = sampled
        report = PartialReport(
            partial, network: network, plan: plan, sampled: sampled, scores: scores, target: target)
    }
}

/// What the maps of an unfinished explanation are: as JSON the body of `GET /v1/explanations/{id}/partial`. What pictures need to know is where a
/// whole report has it.
package struct PartialReport: Encodable, Hashable, Sendable {
    struct TargetFacts: Encodable, Hashable, Sendable {
        let definition: Target
        let description: String
        let value: Double
    }

    struct Method: Encodable, Hashable, Sendable { let name, title, space: String }
    struct Model: Encodable, Hashable, Sendable { let name: String }

    struct Provenance: Encodable, Hashable, Sendable {
        let clip: ProvenanceReport.ClipFacts
        let method: Method
        let model: Model
    }

    /// Always false: a finished explanation has a report.
    package let complete = false
    /// Noisy copies that the maps are made of, and those that were planned, over all windows.
    package let samples, samplesPlanned: Int
    /// Windows that are in the maps as a whole, and all; nil unless windows were asked for.
    package let windowsFinished, windowsPlanned: Int?
    let prediction: PredictionReport
    let target: TargetFacts
    package let maps: [MapReport]
    let provenance: Provenance
    let notice: String

    init(
        _ partial: PartialMaps, network: Network, plan: ExplainPlan, sampled: SampledClip, scores: WindowScores,
        target: ResolvedTarget
    ) {
        samples = partial.samples
        let facts = plan.attribution.facts
        samplesPlanned = plan.windows.count * (facts.isStochastic ? plan.samples : 1)
        windowsFinished = plan.hasWindows ? partial.windows : nil
        windowsPlanned = plan.hasWindows ? plan.windows.count : nil
        prediction = PredictionReport(network.manifest, scores: scores.mean)
        let (definition, description) = target.described(by: network)
        self.target = TargetFacts(
            definition: definition, description: description, value: target.value(of: scores.mean))
        maps = partial.maps.map { MapReport($0, unit: facts.unit) }
        provenance = Provenance(
            clip: ProvenanceReport.ClipFacts(plan, sampled: sampled),
            method: Method(name: plan.method.rawValue, title: facts.title, space: plan.space.rawValue),
            model: Model(name: network.manifest.name))
        notice = SoftwareVersion.notice
    }
}
