package import Cine
package import Tensors

/// A clip taken apart into its first frame, the flow from frame to frame, and what flow does not explain.
///
/// With sampling flow `f_i` and the warp `g` (see ``Warp``): `E_i = I_i - g(I_{i-1}, f_i)`, and back, `Î_0 = I_0`, `Î_i = g(Î_{i-1}, f_i) + E_i`, so that
/// `Î_i = I_i` to rounding.
package struct Decomposition: Sendable {
    package let parts: DecompositionParts

    package var firstFrame: Tensor { parts.firstFrame }
    package var flow: Tensor { parts.flow }
    package var error: Tensor { parts.error }

    /// Parts that are known, such as those of a stretch of a longer clip.
    package init(parts: DecompositionParts) { self.parts = parts }

    /// - Parameter flow: sampling flow of the same clip.
    /// - Throws: ``MotionError/wrongDirection(_:needed:)``, ``ShapeError``.
    package init(clip: Clip, flow: FlowField, parallelism: Parallelism) throws {
        guard flow.direction == .sampling else {
            throw MotionError.wrongDirection(flow.direction, needed: .sampling)
        }
        let (channels, frames, height, width) = (clip.channels, clip.frames, clip.height, clip.width)
        guard flow.displacements.shape == [2, frames - 1, height, width] else {
            throw ShapeError.incompatible(
                operation: "decomposition", shapes: [clip.intensities.shape, flow.displacements.shape],
                reason: "the flow of a clip [C, T, H, W] is [2, T - 1, H, W]")
        }
        let area = height * width
        var firstFrame = Tensor(uninitialized: [channels, 1, height, width]) { _ in }
        var error = Tensor(uninitialized: [channels, frames - 1, height, width]) { _ in }
        clip.intensities.readingPlanes { images in
            firstFrame.writingPlanes { first in
                for channel in 0..<channels { first[channel, 0].update(from: images[channel, 0], count: area) }
            }
            error.writingPlanes { errors in
                flow.displacements.readingPlanes { flow in
                    parallelism.forEach(channels * (frames - 1)) { index in
                        let (channel, pair) = index.quotientAndRemainder(dividingBy: frames - 1)
                        let (image, error) = (images[channel, pair + 1], errors[channel, pair])
                        PlaneWarp(flow, pair: pair, height: height, width: width)
                            .sample(images[channel, pair], into: error)
                        for pixel in 0..<area { error[pixel] = image[pixel] - error[pixel] }
                    }
                }
            }
        }
        parts = DecompositionParts(firstFrame: firstFrame, flow: flow.displacements, error: error)
    }

    /// Puts parts, noise added to them or not, together again: `Î_0 = I_0`, `Î_i = g(Î_{i-1}, f_i) + E_i`.
    ///
    /// - Parameters:
    ///   - firstFrame: `[C, 1, H, W]`.
    ///   - flow: sampling flow `[2, T - 1, H, W]`.
    ///   - residual: `[C, T - 1, H, W]`.
    /// - Returns: `[C, T, H, W]`.
    /// - Throws: ``ShapeError``.
    package static func reconstruction(
        firstFrame: Tensor, flow: Tensor, residual: Tensor, parallelism: Parallelism
    ) throws -> Tensor {
        let shape = residual.shape
        guard shape.rank == 4, firstFrame.shape == [shape[0], 1, shape[2], shape[3]],
            flow.shape == [2, shape[1], shape[2], shape[3]]
        else {
            throw ShapeError.incompatible(
                operation: "reconstruction", shapes: [firstFrame.shape, flow.shape, shape],
                reason: "the parts are [C, 1, H, W], [2, T - 1, H, W] and [C, T - 1, H, W]")
        }
        let (channels, pairs, height, width) = (shape[0], shape[1], shape[2], shape[3])
        let area = height * width
        var result = Tensor(uninitialized: [channels, pairs + 1, height, width]) { _ in }
        result.writingPlanes { images in
            firstFrame.readingPlanes { first in
                residual.readingPlanes { errors in
                    flow.readingPlanes { flow in
                        // A channel's frames depend on each other, its neighbours do not.
                        parallelism.forEach(channels) { channel in
                            images[channel, 0].update(from: first[channel, 0], count: area)
                            for pair in 0..<pairs {
                                let (image, error) = (images[channel, pair + 1], errors[channel, pair])
                                PlaneWarp(flow, pair: pair, height: height, width: width)
                                    .sample(images[channel, pair], into: image)
                                for pixel in 0..<area { image[pixel] += error[pixel] }
                            }
                        }
                    }
                }
            }
        }
        return result
    }
}
