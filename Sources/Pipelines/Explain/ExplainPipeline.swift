import Attribution
import Cine
package import Foundation
package import Models
import Motion
package import Tensors
package import Video
import Synchronization

/// The main job, once for the service and the command line: decode, estimate flow, differentiate, check, report.
package struct ExplainPipeline: Sendable {
    private let network: Network
    private let plan: ExplainPlan
    private let subject: ExplanationSubject
    private let parallelism: Parallelism
    private let rate: JobRate

    /// - Parameter rate: of the machine, for the prediction of seconds.
    /// - Throws: `ModelError` when the network takes no clips of the plan's length.
    package init(
        network: Network, plan: ExplainPlan, subject: ExplanationSubject, parallelism: Parallelism, rate: JobRate
    ) throws {
        self.network = try network.taking(frames: plan.windows.frames)
        self.plan = try plan.resolved(for: self.network)
        self.subject = subject
        self.parallelism = parallelism
        self.rate = rate
    }

    /// - Parameters:
    ///   - givenFlow: what the plan's ``FlowChoice/given(sha256:)`` refers to; nil for plans without.
    ///   - partial: takes what is finished before the end, and what a run leaves that ends by an error; nil when nobody wants it.
    ///   - report: is called after every pass; what it throws ends the run within one pass.
    /// - Throws: `VideoError`, `MotionError`, `ModelError`, ``ExplainError``, and what `report` throws.
    package func run(
        video: URL, limits: VideoLimits, givenFlow: GivenFlow?, partial: PartialRecipient?,
        report: @escaping @Sendable (ExplainProgress) throws -> Void
    ) throws -> Explanation {
        let meter = WorkMeter()
        return try meter.measuring {
            try explain(
                video: video, limits: limits, givenFlow: givenFlow, partial: partial, meter: meter, report: report)
        }
    }

    /// The same, of which nothing is wanted before the end.
    package func run(
        video: URL, limits: VideoLimits, givenFlow: GivenFlow?,
        report: @escaping @Sendable (ExplainProgress) throws -> Void
    ) throws -> Explanation {
        try run(video: video, limits: limits, givenFlow: givenFlow, partial: nil, report: report)
    }

    private func explain(
        video: URL, limits: VideoLimits, givenFlow: GivenFlow?, partial: PartialRecipient?, meter: WorkMeter,
        report: @escaping @Sendable (ExplainProgress) throws -> Void
    ) throws -> Explanation {
        let cost = try ExplainCost(network: network, plan: plan, parallelism: parallelism)
        var stopwatch = Stopwatch()
        let clock = PassClock()
        let total = plan.passes
        @Sendable func reach(_ stage: ExplainProgress.Stage, _ completed: Int) throws {
            try report(ExplainProgress(stage: stage, completed: completed, total: total))
        }
        try reach(.decoding, 0)
        let input = network.manifest.input
        let sampled = try ClipReader.read(
            video, sampling: plan.sampling, size: ClipSize(height: input.height, width: input.width),
            channels: input.channels.clipChannels, framing: plan.framing, limits: limits)
        stopwatch.finish("decode")

        let scores = try clock.timing(.forward) {
            try WindowScores(network, clip: sampled.clip.intensities, windows: plan.windows, parallelism: parallelism)
        }
        let target = try ResolvedTarget(
            plan.target, manifest: network.manifest, scores: scores.mean, shape: network.outputShape)
        let keeper = partial.map { partial in
            PartialKeeper(isDue: partial.isDue) { maps in
                try partial.receive(
                    PartialExplanation(
                        maps, network: network, plan: plan, sampled: sampled, scores: scores, target: target))
            }
        }
        stopwatch.finish("prediction")

        try reach(.flow, 0)
        let point = try ExplainPoint(
            sampled.clip, plan: plan, channels: input.channels, givenFlow: givenFlow, parallelism: parallelism)
        stopwatch.finish("flow")

        let windows = WindowedAttribution(
            WindowedInput(clip: sampled.clip.intensities, whole: point.input, layout: plan.windows),
            average: target.average)
        let found = try windows.attribute(
            to: network.score(target, clock: clock).requiringFiniteGradients, parallelism: parallelism, keeper: keeper,
            method: plan.attribution(window:)
        ) { progress, window in
            try report(ExplainProgress(progress, window: plan.hasWindows ? window : nil, plan: plan))
        }
        let result = found.result
        guard result.maps.allSatisfy({ $0.values.withUnsafeValues { $0.allSatisfy(\.isFinite) } }) else {
            throw ExplainError.notFinite("the gradients are")
        }
        stopwatch.finish("attribution")

        // Sampling may have ended early, by a tolerance: what was left of its passes counts as done.
        let completed = plan.attributionPasses
        let checks: ChecksReport
        let motion: MotionFindings
        do {
            try reach(.checks, completed)
            checks = try self.checks(result, target: target, windows: windows, clock: clock) { done in
                try reach(.checks, completed + done)
            }
            stopwatch.finish("checks")
            motion = try MotionFindings(found, point: point, plan: plan)
        } catch {
            // The maps are whole; only what is said about them is missing.
            keeper?.leave {
                PartialMaps(
                    samples: found.windows.reduce(0) { $0 + ($1.samples ?? 1) }, windows: found.windows.count,
                    maps: result.maps)
            }
            throw error
        }
        stopwatch.finish("motion")
        try reach(.checks, total)
        let timings = Timings(stages: stopwatch.seconds, passes: clock)
        let spent = CostReport(
            cost, rate: rate, timings: timings, meter: meter,
            passes: result.passes + plan.passes - plan.attributionPasses)
        return Explanation(
            report: try ExplanationReport(
                network: network, plan: plan, subject: subject, sampled: sampled, scores: scores, target: target,
                found: found, point: point, timeline: motion.timeline, checks: checks, timings: timings,
                cost: spent),
            maps: result.maps, clip: sampled, flow: point.flow, noisyClip: result.sampling?.noisyClip,
            vectors: try motion.vectors?.json(), trajectories: try motion.trajectories?.json())
    }

    private func checks(
        _ result: AttributionResult, target: ResolvedTarget, windows: WindowedAttribution, clock: PassClock,
        report: @escaping @Sendable (_ passes: Int) throws -> Void
    ) throws -> ChecksReport {
        var checks = ChecksReport()
        for check in plan.checks {
            switch check {
            case .randomisation:
                let done = Mutex(0)
                // Maps of a layer are compared with maps of a layer, all others by the plain gradient.
                let check = RandomisationCheck(
                    network: network, target: target, seed: plan.seed, clock: clock,
                    method: plan.method == .gradCAM ? plan.attribution : Gradient())
                checks.randomisation = try check.run(windows, parallelism: parallelism) {
                    try report(
                        done.withLock { done in
                            done += 1
                            return done
                        })
                }
            case .repeatability:
                checks.repeatability = result.sampling.flatMap(RepeatabilityReport.init)
            }
        }
        return checks
    }
}

extension Network {
    /// The scalar of a target, as attribution takes it.
    /// - Parameter clock: is told how long each pass took.
    func score(_ target: ResolvedTarget, clock: PassClock) -> Score {
        Score { clip, parallelism in
            let result = try gradient(of: target, at: clip, parallelism: parallelism)
            clock.add(result.forward, to: .forward)
            clock.add(result.backward, to: .backward)
            return ScoreGradient(value: result.value, gradient: result.gradient)
        } layer: { clip, name, parallelism in
            let result = try gradient(of: target, layer: name, at: clip, parallelism: parallelism)
            clock.add(result.forward, to: .forward)
            clock.add(result.backward, to: .backward)
            return LayerGradient(value: result.value, activation: result.activation, gradient: result.gradient)
        }
    }
}

extension Score {
    /// The same, refusing gradients that are not finite numbers: a mean over them would be none, whatever came before.
    fileprivate var requiringFiniteGradients: Score {
        @Sendable func check(_ value: Double, _ gradient: Tensor) throws {
            guard value.isFinite, gradient.withUnsafeValues({ $0.allSatisfy(\.isFinite) }) else {
                throw ExplainError.notFinite("the gradients are")
            }
        }
        return Score { clip, parallelism in
            let result = try self(clip, parallelism: parallelism)
            try check(result.value, result.gradient)
            return result
        } layer: { clip, name, parallelism in
            let result = try layer(name, at: clip, parallelism: parallelism)
            try check(result.value, result.gradient)
            return result
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
