import Attribution
import Cine
import Foundation
import Motion
import Tensors

/// What the maps say of vectors, trajectories and frames. Only of maps of derivatives: squares and contributions have no direction to follow.
struct MotionFindings {
    let vectors: VectorsDocument?
    let trajectories: TrajectoriesDocument?
    let timeline: Timeline?

    init(_ found: WindowedResult, point: ExplainPoint, plan: ExplainPlan) throws {
        let result = found.result
        guard plan.attribution.facts.unit == .derivative, let pixels = result.map(.pixels)?.values else {
            (vectors, trajectories, timeline) = (nil, nil, nil)
            return
        }
        guard case .decomposition(let decomposition) = point.input, let paths = point.paths,
            let flow = result.map(.flow)?.values, let error = result.map(.error)?.values
        else {
            (vectors, trajectories) = (nil, nil)
            timeline = found.timeline ?? Timeline(gradient: pixels, decomposition: nil)
            return
        }
        timeline = found.timeline ?? Timeline(result, of: point.input)
        let gradients = TracedGradients(firstFrame: result.map(.firstFrame)?.values, flow: flow, error: error)
        vectors = VectorsDocument(
            try SalientVectors(count: plan.vectors.count, separation: plan.vectors.separation).choose(
                flow: decomposition.flow, gradient: flow),
            options: plan.vectors)
        let options = plan.trajectories
        let followed = try TrajectoryTracker(spacing: options.spacing, reseeds: true, disagreement: .ends).track(
            forward: paths.forward, sampling: paths.sampling)
        let window = min(options.window, pixels.shape[1])
        trajectories = TrajectoriesDocument(
            SalientTrajectories(count: options.count, window: window, separation: options.separation).choose(
                followed, gradient: pixels, decomposition: (decomposition.parts, gradients)),
            followed: followed.count, window: window, options: options)
    }
}
