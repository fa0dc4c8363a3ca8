package import Tensors

/// First frame, flow and residual of a clip; noisy versions of them; or the gradients by them.
package struct DecompositionParts: Sendable {
    /// `[C, 1, H, W]`, intensities.
    package var firstFrame: Tensor
    /// Sampling flow `[2, T - 1, H, W]`, x then y, in pixels; entry i - 1 belongs to frame i.
    package var flow: Tensor
    /// `[C, T - 1, H, W]`, intensities; entry i - 1 belongs to frame i.
    package var error: Tensor

    package init(firstFrame: Tensor, flow: Tensor, error: Tensor) {
        self.firstFrame = firstFrame
        self.flow = flow
        self.error = error
    }
}
