package import Autodiff
import Attribution
import Evaluation
package import Models
import Motion
package import Tensors
import Video

/// What an explanation takes, known before it runs and before its video is read: passes, operations, and the most bytes that it holds at once.
///
/// Bytes are an upper bound of what the computation itself holds. What libraries hold is counted by rules of thumb: OpenCV's pyramids, a decoder's
/// frames at the size of the clip; the process, its database and its connections are not counted.
package struct ExplainCost: Hashable, Sendable {
    /// Passes forward and backward; one more for each window goes forward alone, for the prediction.
    package let passes: Int
    /// Multiplications and additions of all passes.
    package let flops: Int
    /// Of one pass forward and backward.
    package let pass: CostEstimate
    /// The most bytes that are held at once, the network's parameters included.
    package let bytes: Int
    /// Where the most bytes are held.
    package let peak: Phase

    package enum Phase: String, Hashable, Sendable, CaseIterable { case prediction, flow, attribution, checks, storing }

    /// - Parameter network: of any clip length: the plan's counts.
    /// - Throws: `ShapeError`, `ModelError` when the network does not take such clips.
    package init(network: Network, plan: ExplainPlan, parallelism: Parallelism) throws {
        let network = try network.taking(frames: plan.windows.frames)
        pass = try network.cost(parallelism: parallelism)
        passes = plan.passes
        // Grad-CAM ends at a layer.
        let whole = CostEstimate.Pass(flops: pass.flops, bytes: pass.bytes)
        let own =
            plan.method == .gradCAM
            ? try network.cost(layer: network.layerName(plan.layer), parallelism: parallelism) : whole
        flops = passes * own.flops + plan.windows.count * pass.forward.flops
        let phases = try Self.phases(
            window: network.clipShape, plan: plan, pass: pass, held: own.bytes, parallelism: parallelism)
        let largest = phases.max { $0.bytes < $1.bytes } ?? (.prediction, 0)
        bytes = pass.parameterBytes + largest.bytes
        peak = largest.phase
    }

    /// What is held in each phase, without the parameters.
    /// - Parameters:
    ///   - window: `[C, T, H, W]`, what the model takes at once.
    ///   - held: what a pass of the method holds.
    private static func phases(
        window: Shape, plan: ExplainPlan, pass: CostEstimate, held: Int, parallelism: Parallelism
    ) throws -> [(phase: Phase, bytes: Int)] {
        let clip = try Shape(validating: [window[0], plan.windows.clipFrames, window[2], window[3]])
        let extents = AttributionExtents(clip: clip, space: plan.space)
        let own = AttributionExtents(clip: window, space: plan.space)
        let floats = MemoryLayout<Float>.stride
        let (frames, area) = (clip[1], clip[2] * clip[3])
        let isParts = plan.space == .decomposition
        // Forward and sampling flow, and flow that is given, in x and y.
        let field = 2 * max(frames - 1, 0) * area * floats
        let fields = isParts ? 2 * field : 0
        let given = if case .given = plan.flow { isParts ? field : 0 } else { 0 }
        // The parts hold first frame and residual; their flow is one of the fields.
        let parts = isParts ? extents.partBytes - field : 0
        let point = extents.clipBytes + fields + given + parts
        // Luma, a field being put together from its pairs, OpenCV's pyramids for each pair under way; then the clip rebuilt and lengths sorted.
        let flow =
            isParts
            ? max(
                frames * area + field + parallelism.threads * area * opticalFlowBytes,
                extents.clipBytes + 2 * frames * area * MemoryLayout<Double>.stride) : 0
        let method = WindowedAttribution.bytes(plan.attribution, window: own, clip: extents, pass: held)
        let isNoisy = plan.attribution.facts.isStochastic
        // Maps, those of halves of the samples, the first noisy clip.
        let result = extents.gradientBytes * (isNoisy ? 3 : 1) + (isNoisy ? own.clipBytes : 0)
        return [
            (.prediction, extents.clipBytes + (own == extents ? 0 : own.clipBytes) + pass.forward.bytes),
            (.flow, point + flow),
            (.attribution, point + method),
            (
                .checks,
                point + result
                    + checks(extents, window: own, plan: plan, parameters: pass.parameterBytes, held: held)
            ),
            // Maps and flow as they are packed, beside the frames in colour and what points out vectors and trajectories.
            (.storing, point + result + 2 * extents.gradientBytes + 2 * field + 2 * frames * area * 3),
        ]
    }

    private static func checks(
        _ extents: AttributionExtents, window: AttributionExtents, plan: ExplainPlan, parameters: Int, held: Int
    ) -> Int {
        let ranking = RankedMap.bytes(values: extents.clip) * 2 + RankedMap.rankingBytes(values: extents.clip)
        guard plan.checks.contains(.randomisation) else {
            return plan.checks.contains(.repeatability) ? ranking : 0
        }
        // Three maps of each kind, and while a network forgets there are its new parameters too.
        let networks =
            parameters
            + WindowedAttribution.bytes(
                plan.method == .gradCAM ? plan.attribution : Gradient(), window: window, clip: extents, pass: held)
        return 3 * extents.gradientBytes + max(networks, ranking + extents.clipBytes)
    }

    /// Bytes for each pixel of a pair that OpenCV's estimators hold: two expansions of five numbers, their products, flow at two levels.
    private static let opticalFlowBytes = 96
}
