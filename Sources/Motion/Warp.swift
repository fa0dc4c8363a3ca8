package import Tensors

/// The bilinear warp `g(I, f)(p) = I(p + f(p))` of an image `[C, H, W]` by one field of displacements `[2, H, W]`, in pixel coordinates
/// (x right, then y down), with coordinates outside the image held at its border.
///
/// The conventions are PyTorch's `grid_sample` with `align_corners=True` and `padding_mode="border"`. Displacements of any
/// size are taken; one that is not a number makes what it touches not a number, so that it shows.
package struct Warp: Sendable {
    /// `[2, 1, H, W]`.
    private let flow: Tensor
    private let height, width: Int

    /// - Parameter flow: `[2, H, W]`.
    /// - Throws: ``ShapeError``.
    package init(flow: Tensor) throws {
        let shape = flow.shape
        guard shape.rank == 3, shape[0] == 2, shape.count > 0 else {
            throw ShapeError.incompatible(
                operation: "warp", shapes: [shape], reason: "displacements are [2, height, width]")
        }
        (height, width) = (shape[1], shape[2])
        self.flow = try flow.reshaped(to: [2, 1, height, width])
    }

    /// - Returns: the shape of `image`, `[C, H, W]`.
    /// - Throws: ``ShapeError``.
    package func callAsFunction(_ image: Tensor, parallelism: Parallelism) throws -> Tensor {
        try byChannel(image, parallelism: parallelism) { warp, image, warped in warp.sample(image, into: warped) }
    }

    /// The gradient by the image, given the gradient by the warped one: the transpose of the warp, which is linear in the image.
    /// - Returns: the shape of `gradient`, `[C, H, W]`.
    /// - Throws: ``ShapeError``.
    package func transposed(_ gradient: Tensor, parallelism: Parallelism) throws -> Tensor {
        let area = height * width
        return try byChannel(gradient, parallelism: parallelism) { warp, gradient, sum in
            sum.update(repeating: 0, count: area)
            warp.addTransposed(gradient, to: sum)
        }
    }

    /// The gradient by the displacements: `Σ_c gradient · ∇image` at `p + f(p)`, ∇ being the slope inside the bilinear cell, the right-hand and
    /// lower one at integers, zero where the coordinate is held at the border or lies on it.
    /// - Parameters:
    ///   - image: what is warped, `[C, H, W]`.
    ///   - gradient: by the warped image, `[C, H, W]`.
    /// - Returns: `[2, H, W]`.
    /// - Throws: ``ShapeError``.
    package func flowGradient(of image: Tensor, gradient: Tensor) throws -> Tensor {
        guard image.shape == gradient.shape else {
            throw ShapeError.incompatible(
                operation: "warp", shapes: [image.shape, gradient.shape], reason: "image and gradient have one shape")
        }
        let (image, gradient) = (try planes(image), try planes(gradient))
        var result = Tensor(shape: [2, 1, height, width], repeating: 0)
        result.writingPlanes { sums in
            flow.readingPlanes { flow in
                let warp = PlaneWarp(flow, pair: 0, height: height, width: width)
                for channel in 0..<image.shape[0] {
                    image.readingPlanes { image in
                        gradient.readingPlanes { gradient in
                            warp.addSlopes(
                                of: image[channel, 0], times: gradient[channel, 0], toX: sums[0, 0], y: sums[1, 0])
                        }
                    }
                }
            }
        }
        return try result.reshaped(to: [2, height, width])
    }

    private func byChannel(
        _ source: Tensor, parallelism: Parallelism,
        _ body: @Sendable (PlaneWarp, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
    ) throws -> Tensor {
        let source = try planes(source)
        var result = Tensor(uninitialized: source.shape) { _ in }
        result.writingPlanes { written in
            source.readingPlanes { read in
                flow.readingPlanes { flow in
                    parallelism.forEach(source.shape[0]) { channel in
                        body(
                            PlaneWarp(flow, pair: 0, height: height, width: width), read[channel, 0],
                            written[channel, 0])
                    }
                }
            }
        }
        return try result.reshaped(to: [source.shape[0], height, width])
    }

    /// `[C, H, W]` as `[C, 1, H, W]`.
    private func planes(_ image: Tensor) throws -> Tensor {
        guard image.shape.rank == 3, image.shape[1] == height, image.shape[2] == width else {
            throw ShapeError.incompatible(
                operation: "warp", shapes: [image.shape, [2, height, width]],
                reason: "an image is [channels, height, width] with the extents of the displacements")
        }
        return try image.reshaped(to: [image.shape[0], 1, height, width])
    }
}
