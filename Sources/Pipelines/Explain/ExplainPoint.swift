import Attribution
import Cine
import Models
import Motion
import Tensors

/// The clip as it is differentiated, taken apart if that is asked for, and what is known of its motion.
struct ExplainPoint {
    let input: AttributionInput
    /// Sampling flow; nil in pixels.
    let flow: FlowField?
    /// Of the way that points take; nil in pixels.
    let paths: (forward: FlowField, sampling: FlowField)?
    let facts: FlowFacts?
    let fidelity: FidelityReport?

    /// - Throws: `MotionError`, ``ExplainError/unusableFlow(_:)``.
    init(
        _ clip: Clip, plan: ExplainPlan, channels: InputContract.Channels, givenFlow: GivenFlow?,
        parallelism: Parallelism
    ) throws {
        guard plan.space == .decomposition else {
            input = .pixels(clip.intensities)
            (flow, paths, facts, fidelity) = (nil, nil, nil, nil)
            return
        }
        // Flow that is given says nothing of the way forward, which points need: Farneback's stands in.
        let estimator = plan.flow.estimator ?? Farneback(parameters: .standard)
        let luma = try LumaFrames(of: clip, order: channels == .bgr ? .bgr : .rgb)
        let forward = try estimator.forwardFlow(of: luma, parallelism: parallelism)
        let estimated = try estimator.samplingFlow(of: luma, parallelism: parallelism)
        paths = (forward, estimated)
        let sampling: FlowField
        switch plan.flow {
        case .given(let sha256):
            guard let givenFlow, givenFlow.sha256 == sha256 else {
                throw ExplainError.unusableFlow("it is not there; send it along as the part flow of a form")
            }
            sampling = try givenFlow.field(frames: clip.frames, height: clip.height, width: clip.width)
            facts = FlowFacts(
                estimator: "given", parameters: [.init(name: "sha256", value: .text(sha256))], library: "none")
        case .farneback, .dis, .zero:
            sampling = estimated
            facts = estimator.facts
        }
        let decomposition = try Decomposition(clip: clip, flow: sampling, parallelism: parallelism)
        input = .decomposition(decomposition)
        flow = sampling
        fidelity = try FidelityReport(
            of: decomposition, forward: givenFlow == nil ? forward : nil, clip: clip, parallelism: parallelism)
    }
}
