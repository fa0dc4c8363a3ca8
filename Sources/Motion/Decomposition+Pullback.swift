package import Tensors

extension Decomposition {
    /// The gradients of a scalar y by the parts, given its gradient by their reconstruction.
    ///
    /// Back in time from `G_{T-1} = ∂y/∂Î_{T-1}`: `G_{i-1} = ∂y/∂Î_{i-1} + g(·, f_i)ᵀ G_i`; then `∂y/∂I_0 = G_0`, `∂y/∂E_i = G_i` and
    /// `∂y/∂f_i = Σ_c G_i · ∇Î_{i-1}(p + f_i(p))`, with the slope as in ``Warp/flowGradient(of:gradient:)``.
    ///
    /// - Parameters:
    ///   - gradient: `∂y/∂Î`, `[C, T, H, W]`, each frame taken for itself, as a model's backward pass gives it.
    ///   - reconstruction: `Î` of the same parts, `[C, T, H, W]`.
    ///   - flow: the sampling flow it was made with, `[2, T - 1, H, W]`.
    /// - Returns: the gradients in the shapes of the parts.
    /// - Throws: ``ShapeError``.
    package static func pullback(
        gradient: Tensor, reconstruction: Tensor, flow: Tensor, parallelism: Parallelism
    ) throws -> DecompositionParts {
        let shape = gradient.shape
        guard shape.rank == 4, shape[1] > 0, reconstruction.shape == shape,
            flow.shape == [2, shape[1] - 1, shape[2], shape[3]]
        else {
            throw ShapeError.incompatible(
                operation: "pullback of the reconstruction", shapes: [shape, reconstruction.shape, flow.shape],
                reason: "gradient and reconstruction are [C, T, H, W], flow [2, T - 1, H, W]")
        }
        let (channels, pairs, height, width) = (shape[0], shape[1] - 1, shape[2], shape[3])
        let area = height * width

        var first = Tensor(uninitialized: [channels, 1, height, width]) { _ in }
        var error = Tensor(uninitialized: [channels, pairs, height, width]) { _ in }
        first.writingPlanes { first in
            error.writingPlanes { errors in
                gradient.readingPlanes { gradient in
                    flow.readingPlanes { flow in
                        // The transposed warp adds to pixels in any place: a channel stays with one thread.
                        parallelism.forEach(channels) { channel in
                            first[channel, 0].update(from: gradient[channel, 0], count: area)
                            for pair in 0..<pairs {
                                errors[channel, pair].update(from: gradient[channel, pair + 1], count: area)
                            }
                            for pair in stride(from: pairs - 1, through: 0, by: -1) {
                                PlaneWarp(flow, pair: pair, height: height, width: width).addTransposed(
                                    errors[channel, pair],
                                    to: pair == 0 ? first[channel, 0] : errors[channel, pair - 1])
                            }
                        }
                    }
                }
            }
        }

        var flowGradient = Tensor(shape: flow.shape, repeating: 0)
        flowGradient.writingPlanes { sums in
            reconstruction.readingPlanes { images in
                error.readingPlanes { errors in
                    flow.readingPlanes { flow in
                        parallelism.forEach(pairs) { pair in
                            let warp = PlaneWarp(flow, pair: pair, height: height, width: width)
                            for channel in 0..<channels {
                                warp.addSlopes(
                                    of: images[channel, pair], times: errors[channel, pair], toX: sums[0, pair],
                                    y: sums[1, pair])
                            }
                        }
                    }
                }
            }
        }
        return DecompositionParts(firstFrame: first, flow: flowGradient, error: error)
    }
}
