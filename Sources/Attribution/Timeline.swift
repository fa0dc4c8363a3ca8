package import Motion
package import Tensors

/// What each frame has to do with the score.
package struct Timeline: Hashable, Sendable {
    package struct Frame: Hashable, Sendable {
        /// Mean over pixels and channels of |∂y/∂x|, score per unit of intensity.
        package let pixels: Double
        /// `Σ_p |Σ_c ∂y/∂v · v|` in units of the score: of the first frame for frame 0, of flow and residual into the others; nil in pixels.
        package let appearance, motion, residual: Double?
    }

    package let frames: [Frame]

    init(frames: [Frame]) { self.frames = frames }

    /// - Parameters:
    ///   - gradient: ∂y/∂x, `[C, T, H, W]`.
    ///   - decomposition: and the gradients by its parts; nil in pixels.
    package init(
        gradient: Tensor, decomposition: (parts: DecompositionParts, gradients: DecompositionParts)?
    ) {
        let shape = gradient.shape
        let count = shape[0] * shape[2] * shape[3]
        let magnitudes = Self.byFrame(gradient) { $0.reduce(0) { $0 + abs(Double($1)) } }
        let parts = decomposition.map {
            (
                appearance: Self.products($0.gradients.firstFrame, $0.parts.firstFrame),
                motion: Self.products($0.gradients.flow, $0.parts.flow),
                residual: Self.products($0.gradients.error, $0.parts.error)
            )
        }
        frames = magnitudes.enumerated().map { frame, magnitude in
            Frame(
                pixels: count > 0 ? magnitude / Double(count) : 0,
                appearance: parts.map { frame == 0 ? $0.appearance[0] : 0 },
                motion: parts.map { frame == 0 ? 0 : $0.motion[frame - 1] },
                residual: parts.map { frame == 0 ? 0 : $0.residual[frame - 1] })
        }
    }

    /// The sum over planes of one frame each, of an array `[C, T, H, W]`.
    private static func byFrame(_ map: Tensor, _ sum: (UnsafeBufferPointer<Float>) -> Double) -> [Double] {
        let shape = map.shape
        let area = shape[2] * shape[3]
        return map.withUnsafeValues { values in
            (0..<shape[1]).map { frame in
                (0..<shape[0]).reduce(0) { total, channel in
                    let start = (channel * shape[1] + frame) * area
                    return total + sum(UnsafeBufferPointer(rebasing: values[start..<start + area]))
                }
            }
        }
    }

    /// `Σ_p |Σ_c g · v|` of every frame.
    private static func products(_ gradient: Tensor, _ values: Tensor) -> [Double] {
        let shape = gradient.shape
        let area = shape[2] * shape[3]
        return gradient.withUnsafeValues { g in
            values.withUnsafeValues { v in
                (0..<shape[1]).map { frame in
                    (0..<area).reduce(0) { total, pixel in
                        var sum = 0.0
                        for channel in 0..<shape[0] {
                            let index = (channel * shape[1] + frame) * area + pixel
                            sum += Double(g[index]) * Double(v[index])
                        }
                        return total + abs(sum)
                    }
                }
            }
        }
    }
}
