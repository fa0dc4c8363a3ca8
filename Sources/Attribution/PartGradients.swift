import Cine
import Motion
import Tensors

/// The gradients of a score by everything that a space has, from one pass through the model.
struct PartGradients {
    let value: Double
    /// ∂y/∂x at the clip, or at the reconstruction.
    let pixels: Tensor
    /// Nil in pixels.
    let parts: DecompositionParts?

    /// One pass at a clip.
    init(_ score: Score, at clip: Tensor, parallelism: Parallelism) throws {
        let result = try score(clip, parallelism: parallelism)
        value = result.value
        pixels = result.gradient
        parts = nil
    }

    /// One pass at the reconstruction of parts, and the recursion back through time. In the decomposition every gradient is taken at the reconstruction,
    /// which without noise equals the clip to rounding.
    init(_ score: Score, at parts: DecompositionParts, parallelism: Parallelism) throws {
        let clip = try Decomposition.reconstruction(
            firstFrame: parts.firstFrame, flow: parts.flow, residual: parts.error, parallelism: parallelism)
        let result = try score(clip, parallelism: parallelism)
        value = result.value
        pixels = result.gradient
        self.parts = try Decomposition.pullback(
            gradient: result.gradient, reconstruction: clip, flow: parts.flow, parallelism: parallelism)
    }

    /// In the order of ``kinds(in:)``.
    var tensors: [Tensor] {
        guard let parts else { return [pixels] }
        return [pixels, parts.firstFrame, parts.flow, parts.error]
    }

    static func kinds(in space: Space) -> [MapKind] {
        switch space {
        case .pixels: [.pixels]
        case .decomposition: [.pixels, .firstFrame, .flow, .error]
        }
    }
}
