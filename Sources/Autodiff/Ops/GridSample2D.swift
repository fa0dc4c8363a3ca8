import CKernels
package import Tensors

/// What a sample takes from outside the image.
package enum GridPadding: Hashable, Sendable, CaseIterable {
    /// The nearest pixel: coordinates are clamped.
    case border
    /// Zero.
    case zeros
}

/// The shape of what is sampled: `[N, C, H', W']`.
/// - Parameters:
///   - image: `[N, C, H, W]`, neither H nor W zero.
///   - grid: `[N, H', W', 2]`.
/// - Throws: ``ShapeError``.
package func gridSample2DShape(_ image: Shape, grid: Shape) throws -> Shape {
    func refuse(_ reason: String) -> ShapeError { Operation.gridSample2D.refuses([image, grid], reason) }
    guard image.rank == 4, grid.rank == 4, grid[3] == 2 else {
        throw refuse("image and grid have four axes, the grid's last one holds x and y")
    }
    guard image[0] == grid[0] else { throw refuse("there is one grid for each image") }
    guard image[2] > 0, image[3] > 0 else { throw refuse("the image is empty") }
    return try Shape(validating: [image[0], image[1], grid[1], grid[2]])
}

/// Bilinear samples of an image at the coordinates of a grid.
///
/// The gradient by the grid is the slope inside a cell of four pixels; at a pixel's centre that of the cell to the right (below), and with border
/// padding zero along an axis whose coordinate is on the first or last pixel or beyond, as PyTorch has it. A coordinate that is not a number
/// gives not-a-number.
///
/// Keeps the grid, and the image only when the grid wants a gradient.
/// - Parameters:
///   - image: `[N, C, H, W]`.
///   - grid: `[N, H', W', 2]`; x (right), then y (down), -1…1 across the image.
///   - alignCorners: whether -1 and 1 are the centres of the outermost pixels, or their outer edges.
/// - Returns: `[N, C, H', W']`.
/// - Throws: ``ShapeError``.
package func gridSample2D(
    _ image: Variable, grid: Variable, padding: GridPadding, alignCorners: Bool
) throws -> Variable {
    let shape = try gridSample2DShape(image.shape, grid: grid.shape)
    let sampling = GridSampling(
        image: image.shape, grid: grid.shape, padding: padding, alignCorners: alignCorners,
        parallelism: image.tape.parallelism)
    let value = image.value.reading { image in
        grid.value.reading { grid in
            Tensor(writing: shape) { sampling.sample(image, at: grid, into: $0) }
        }
    }
    let (imageShape, gridShape) = (image.shape, grid.shape)
    let wantsImage = image.wantsGradient
    let keptGrid = grid.value
    let keptImage = grid.wantsGradient ? image.value : nil
    return image.tape.record(
        value, .gridSample2D, parents: [image, grid],
        keptBytes: (keptGrid.count + (keptImage?.count ?? 0)) * MemoryLayout<Float>.stride
    ) { gradient in
        gradient.reading { gradient in
            keptGrid.reading { grid in
                [
                    wantsImage
                        ? Tensor(writing: imageShape) { sampling.imageGradient(gradient, at: grid, into: $0) } : nil,
                    keptImage?.reading { image in
                        Tensor(writing: gridShape) { sampling.gridGradient(gradient, of: image, at: grid, into: $0) }
                    },
                ]
            }
        }
    }
}

/// The extents of one sampling, and its work cut into pieces.
private struct GridSampling: Sendable {
    let samples, channels, points: Int
    let height, width: ck_sample_axis
    let parallelism: Parallelism
    /// Points in a piece of work.
    private let pointsPerPiece = 1 << 12

    init(image: Shape, grid: Shape, padding: GridPadding, alignCorners: Bool, parallelism: Parallelism) {
        func axis(_ extent: Int) -> ck_sample_axis {
            // -1 and 1 stand for 0 and extent - 1, or for -1/2 and extent - 1/2.
            ck_sample_axis(
                extent: extent, scale: Double(alignCorners ? extent - 1 : extent) / 2, offset: Double(extent - 1) / 2,
                border: padding == .border ? 1 : 0)
        }
        (samples, channels, points) = (image[0], image[1], grid[1] * grid[2])
        (height, width) = (axis(image[2]), axis(image[3]))
        self.parallelism = parallelism
    }

    private var imageCount: Int { channels * height.extent * width.extent }

    /// Calls `body` with pieces of one sample's points: the sample, the first point, the number of points.
    private func forEachPiece(_ body: @Sendable (_ sample: Int, _ first: Int, _ count: Int) -> Void) {
        let pieces = (points + pointsPerPiece - 1) / pointsPerPiece
        parallelism.forEach(samples * pieces) { unit in
            let (sample, piece) = unit.quotientAndRemainder(dividingBy: pieces)
            let first = piece * pointsPerPiece
            body(sample, first, min(pointsPerPiece, points - first))
        }
    }

    func sample(_ image: Reads, at grid: Reads, into result: Writes) {
        forEachPiece { sample, first, count in
            ck_grid_sample(
                image + sample * imageCount, channels, height, width, grid + 2 * (sample * points + first), count,
                result + (sample * channels * points + first), points)
        }
    }

    /// Samples of different points meet in one pixel, so a plane is one piece of work.
    func imageGradient(_ gradient: Reads, at grid: Reads, into result: Writes) {
        parallelism.forEach(samples * channels) { plane in
            ck_grid_sample_image_gradient(
                gradient + plane * points, height, width, grid + plane / channels * 2 * points, points,
                result + plane * (height.extent * width.extent))
        }
    }

    func gridGradient(_ gradient: Reads, of image: Reads, at grid: Reads, into result: Writes) {
        forEachPiece { sample, first, count in
            let place = 2 * (sample * points + first)
            ck_grid_sample_grid_gradient(
                image + sample * imageCount, channels, height, width, grid + place,
                gradient + (sample * channels * points + first), points, count, result + place)
        }
    }
}
