import Attribution
import Cine
package import Foundation
package import Models
import Motion
package import Tensors
package import Video

/// The main job, once for the service and the command line: decode, estimate flow, differentiate, check, report.
package struct ExplainPipeline: Sendable {
    private let network: Network
    private let plan: ExplainPlan
    private let subject: ExplanationSubject
    private let parallelism: Parallelism

    package init(network: Network, plan: ExplainPlan, subject: ExplanationSubject, parallelism: Parallelism) {
        self.network = network.taking(frames: plan.sampling.frames)
        self.plan = plan
        self.subject = subject
        self.parallelism = parallelism
    }

    /// - Parameter report: is called after every pass; what it throws ends the run within one pass.
    /// - Throws: `VideoError`, `MotionError`, `ModelError`, ``ExplainError``, and what `report` throws.
    package func run(
        video: URL, limits: VideoLimits, report: @escaping @Sendable (ExplainProgress) throws -> Void
    ) throws -> Explanation {
        let clock = ContinuousClock()
        let start = clock.now
        let total = plan.passes
        func reach(_ stage: ExplainProgress.Stage, _ completed: Int) throws {
            try report(
                ExplainProgress(stage: stage, completed: completed, total: total, value: nil, standardError: nil))
        }
        try reach(.decoding, 0)
        let input = network.manifest.input
        let sampled = try ClipReader.read(
            video, sampling: plan.sampling, size: ClipSize(height: input.height, width: input.width),
            channels: input.channels.clipChannels, limits: limits)

        let scores = try network.scores(of: sampled.clip.intensities, parallelism: parallelism)
        guard scores.allSatisfy(\.isFinite) else { throw ExplainError.notFinite("the model's outputs are") }
        let target = try ResolvedTarget(plan.target, manifest: network.manifest, scores: scores)

        try reach(.flow, 0)
        let point = try point(sampled.clip)
        let result = try plan.attribution.attribute(
            point.input, to: network.score(target),
            control: RunControl(parallelism: parallelism) { progress in
                try report(
                    ExplainProgress(
                        stage: .attribution, completed: progress.completed, total: total, value: progress.value,
                        standardError: progress.standardError))
            })
        guard result.maps.allSatisfy({ $0.values.withUnsafeValues { $0.allSatisfy(\.isFinite) } }) else {
            throw ExplainError.notFinite("the gradients are")
        }
        try reach(.checks, result.passes)
        var checks = ChecksReport()
        for check in plan.checks {
            switch check {
            case .randomisation:
                checks.randomisation = try RandomisationCheck(network: network, target: target, seed: plan.seed)
                    .run(point.input, parallelism: parallelism)
            }
        }
        try reach(.checks, total)
        return Explanation(
            report: try ExplanationReport(
                network: network, plan: plan, subject: subject, sampled: sampled, scores: scores, target: target,
                result: result, flow: point.flow, fidelity: point.fidelity, checks: checks,
                seconds: (clock.now - start).seconds),
            maps: result.maps, clip: sampled)
    }

    private struct Point {
        let input: AttributionInput
        let flow: FlowFacts?
        let fidelity: FidelityReport?
    }

    /// The clip, taken apart if that is asked for.
    private func point(_ clip: Clip) throws -> Point {
        switch plan.space {
        case .pixels: return Point(input: .pixels(clip.intensities), flow: nil, fidelity: nil)
        case .decomposition:
            let estimator = plan.flow.make()
            let luma = try LumaFrames(of: clip, order: network.manifest.input.channels == .bgr ? .bgr : .rgb)
            let flow = try estimator.samplingFlow(of: luma, parallelism: parallelism)
            let decomposition = try Decomposition(clip: clip, flow: flow, parallelism: parallelism)
            return Point(
                input: .decomposition(decomposition), flow: estimator.facts,
                fidelity: try FidelityReport(of: decomposition, clip: clip, parallelism: parallelism))
        }
    }
}

extension Network {
    /// The scalar of a target, as attribution takes it.
    func score(_ target: ResolvedTarget) -> Score {
        Score { clip, parallelism in
            let result = try gradient(of: target, at: clip, parallelism: parallelism)
            return ScoreGradient(value: result.value, gradient: result.gradient)
        }
    }
}

extension InputContract.Channels {
    var clipChannels: ClipChannels {
        switch self {
        case .rgb: .rgb
        case .bgr: .bgr
        case .luma: .luma
        }
    }
}

extension Duration {
    /// With the fraction.
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
