import Attribution
import Cine
import Models
import Motion
import Tensors

/// One drawn clip with everything that is differentiated: in pixels and taken apart, by the network and by two that forgot.
struct StudySubject: Sendable {
    let drawn: MovingShapesClip
    /// The trained network's raw outputs.
    let scores: [Float]
    let pixels, decomposition: AttributionInput
    let parts: DecompositionParts
    /// Of the way that points take.
    let forward, sampling: FlowField
    let clip: Tensor
    /// Of the trained network, of one with random logits and of one with random parameters throughout, for the same target.
    let trained, logits, allWeights: Score
    let target: ResolvedTarget

    /// - Parameter seed: of the random parameters. Each clip has networks of its own, so that intervals over clips are over networks as well.
    init(_ drawn: MovingShapesClip, network: Network, seed: UInt64, parallelism: Parallelism) throws {
        self.drawn = drawn
        let clip = try Clip(intensities: drawn.intensities, frameRate: nil)
        scores = try network.scores(of: clip.intensities, parallelism: parallelism)
        target = try ResolvedTarget(
            .predicted, manifest: network.manifest, scores: scores, shape: network.outputShape)
        self.clip = clip.intensities
        let luma = try LumaFrames(of: clip, order: .rgb)
        let estimator = Farneback(parameters: .standard)
        let flow = try estimator.samplingFlow(of: luma, parallelism: parallelism)
        sampling = flow
        forward = try estimator.forwardFlow(of: luma, parallelism: parallelism)
        let decomposition = try Decomposition(clip: clip, flow: flow, parallelism: parallelism)
        parts = decomposition.parts
        pixels = .pixels(clip.intensities)
        self.decomposition = .decomposition(decomposition)
        trained = network.score(target)
        logits = try network.randomised(.logits, seed: seed).score(target)
        allWeights = try network.randomised(.allWeights, seed: seed).score(target)
    }

    /// Of a map, as attribution gives it.
    func shape(of kind: MapKind) -> Shape {
        switch (kind, pixels) {
        case (.pixels, .pixels(let clip)): clip.shape
        case (.layer, .pixels(let clip)): Shape([1] + clip.shape.extents.dropFirst())
        case (.layer, .decomposition): Shape([1] + parts.error.shape.extents.dropFirst())
        case (.pixels, .decomposition), (.error, _): parts.error.shape
        case (.firstFrame, _): parts.firstFrame.shape
        case (.flow, _): parts.flow.shape
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
