import Motion
import Tensors

/// A part of a clip taken from it, to see whether the answer needs it (Hughes, section 5: "ablate the input and see").
package enum Ablation: String, Hashable, Sendable, Codable, CaseIterable {
    /// Flow is zero, the residual stays.
    case frozenMotion = "frozen_motion"
    /// The residual is zero: every frame is the one before, moved by its flow.
    case noResidual = "no_residual"
    /// The first frame is another clip's; flow and residual stay.
    case otherFirstFrame = "other_first_frame"
    /// Flow and residual are zero: the first frame stands still.
    case still

    /// What is left of a clip.
    /// - Parameter other: the first frame of another clip, `[C, 1, H, W]`.
    /// - Returns: `[C, T, H, W]`
    /// - Throws: `ShapeError`.
    func clip(_ parts: DecompositionParts, other: Tensor, parallelism: Parallelism) throws -> Tensor {
        func zero(_ tensor: Tensor) -> Tensor { Tensor(shape: tensor.shape, repeating: 0) }
        let (first, flow, residual) =
            switch self {
            case .frozenMotion: (parts.firstFrame, zero(parts.flow), parts.error)
            case .noResidual: (parts.firstFrame, parts.flow, zero(parts.error))
            case .otherFirstFrame: (other, parts.flow, parts.error)
            case .still: (parts.firstFrame, zero(parts.flow), zero(parts.error))
            }
        return try Decomposition.reconstruction(
            firstFrame: first, flow: flow, residual: residual, parallelism: parallelism)
    }
}
