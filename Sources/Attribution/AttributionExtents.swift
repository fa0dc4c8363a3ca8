import Cine
package import Tensors

/// How many numbers a run differentiates by, and what their arrays take in memory. Known before there is a clip.
package struct AttributionExtents: Hashable, Sendable {
    /// Of the clip: C · T · H · W.
    package let clip: Int
    /// Of the frames' first, of flow and of residual together; 0 in pixels.
    package let parts: Int
    /// Of the clip without its channels: T · H · W.
    let positions: Int

    /// - Parameter clip: `[C, T, H, W]`.
    package init(clip shape: Shape, space: Space) {
        precondition(shape.rank == 4, "a clip has four axes")
        clip = shape.count
        positions = shape[1] * shape[2] * shape[3]
        let (channels, area) = (shape[0], shape[2] * shape[3])
        let pairs = max(shape[1] - 1, 0)
        switch space {
        case .pixels: parts = 0
        case .decomposition: parts = channels * area + (2 + channels) * pairs * area
        }
    }

    private static let numberBytes = MemoryLayout<Float>.stride

    /// Bytes of one array of the clip's shape.
    package var clipBytes: Int { clip * Self.numberBytes }
    /// Bytes of one array each of the parts' shapes.
    package var partBytes: Int { parts * Self.numberBytes }
    /// Bytes of the gradients that one pass yields, and of a method's maps.
    package var gradientBytes: Int { clipBytes + partBytes }
    /// Bytes of the variables: a noisy point, or one on a path.
    var pointBytes: Int { parts > 0 ? partBytes : clipBytes }

    /// Bytes of one sum over all gradients, as ``GradientSum`` takes them.
    var sumBytes: Int { (clip + parts) * GradientSum.numberBytes }

    /// The most bytes that one pass through model and decomposition holds, its gradients included.
    /// - Parameter pass: what the model's forward and backward pass hold, the gradient by the clip included.
    func passBytes(_ pass: Int) -> Int {
        parts > 0 ? clipBytes + max(pass, gradientBytes) : pass
    }
}
