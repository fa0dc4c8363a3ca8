/// What a map is the gradient by. The raw values are the names in the HTTP interface.
package enum MapKind: String, Hashable, Sendable, CaseIterable, Codable {
    /// ∂y/∂x, `[C, T, H, W]`, per unit of intensity.
    case pixels
    /// ∂y/∂I₀, `[C, H, W]`, per unit of intensity.
    case firstFrame = "first_frame"
    /// ∂y/∂f, `[2, T - 1, H, W]`, x then y, per pixel of displacement. Entry i - 1 belongs to frame i.
    case flow
    /// ∂y/∂E, `[C, T - 1, H, W]`, per unit of intensity. Entry i - 1 belongs to frame i.
    case error
    /// Grad-CAM of a layer, spread over the clip: `[1, T, H, W]`, in units of the score.
    case layer
}
