import Autodiff
import Motion
import Tensors
import TestSupport
import Testing

/// The recursion written with the autodiff core's operations, whose tape then finds the gradients its own way.
struct DecompositionAutodiffTests {
    private let channels = 3
    private let pairs = 5
    private let height = 9
    private let width = 11
    private var area: Int { height * width }
    /// What one unit of a normalised coordinate is in pixels.
    private var unit: (x: Float, y: Float) { (Float(width - 1) / 2, Float(height - 1) / 2) }

    /// Frame `index` of `[C, T, H, W]` as `[1, C, H, W]`.
    private func frame(_ index: Int, of video: Tensor) throws -> Tensor {
        var planes: [Float] = []
        for c in 0..<video.shape[0] {
            let start = (c * video.shape[1] + index) * area
            planes += video.values[start..<start + area]
        }
        return try Tensor(shape: [1, video.shape[0], height, width], values: planes)
    }

    /// The coordinates that a flow `[1, 2, H, W]` reads, `[1, H, W, 2]`, from -1 to 1.
    private func grid(_ flow: Tensor) -> Tensor {
        Tensor(uninitialized: [1, height, width, 2]) { values in
            for y in 0..<height {
                for x in 0..<width {
                    let p = y * width + x
                    values[2 * p] = (Float(x) + flow[0, 0, y, x]) / unit.x - 1
                    values[2 * p + 1] = (Float(y) + flow[0, 1, y, x]) / unit.y - 1
                }
            }
        }
    }

    /// The gradient by flow `[1, 2, H, W]` from that by the grid.
    private func byFlow(_ byGrid: [Double]) throws -> Tensor {
        var values = [Double](repeating: 0, count: 2 * area)
        for p in 0..<area {
            values[p] = byGrid[2 * p] / Double(unit.x)
            values[area + p] = byGrid[2 * p + 1] / Double(unit.y)
        }
        return try values.tensor([1, 2, height, width])
    }

    @Test func thePullbackIsWhatTheTapeFinds() throws {
        let parts = DecompositionParts(
            firstFrame: Pattern.tensor([channels, 1, height, width], seed: 20),
            flow: Pattern.displacements([2, pairs, height, width], seed: 21, range: 3),
            error: Pattern.tensor([channels, pairs, height, width], seed: 22) { $0 * 0.3 })
        let gradient = Pattern.tensor([channels, pairs + 1, height, width], seed: 23)
        let reconstruction = try Decomposition.reconstruction(
            firstFrame: parts.firstFrame, flow: parts.flow, residual: parts.error, parallelism: .single)
        let pullback = try Decomposition.pullback(
            gradient: gradient, reconstruction: reconstruction, flow: parts.flow, parallelism: .single)

        let tape = Tape(parallelism: .single)
        var images = [tape.variable(try frame(0, of: parts.firstFrame))]
        var (grids, errors): ([Variable], [Variable]) = ([], [])
        for pair in 0..<pairs {
            grids.append(tape.variable(grid(try frame(pair, of: parts.flow))))
            errors.append(tape.variable(try frame(pair, of: parts.error)))
            let warped = try gridSample2D(images[pair], grid: grids[pair], padding: .border, alignCorners: true)
            images.append(try add(warped, errors[pair]))
            expectClose(images[pair + 1].value, try frame(pair + 1, of: reconstruction), relative: 0, absolute: 1e-5)
        }
        // The scalar is a sum over frames, so its gradients are the sums of theirs.
        let leaves = [images[0]] + grids + errors
        var found = leaves.map { [Double](repeating: 0, count: $0.value.count) }
        for (index, image) in images.enumerated() {
            let shares = try tape.gradients(of: image, seed: frame(index, of: gradient), withRespectTo: leaves)
            for (leaf, share) in shares.enumerated() {
                for (element, value) in share.doubles.enumerated() { found[leaf][element] += value }
            }
        }

        let shape: Shape = [1, channels, height, width]
        expectClose(
            try frame(0, of: pullback.firstFrame), try found[0].tensor(shape), relative: 1e-5, absolute: 0)
        for pair in 0..<pairs {
            expectClose(
                try frame(pair, of: pullback.error), try found[1 + pairs + pair].tensor(shape), relative: 1e-5,
                absolute: 0)
            expectClose(try frame(pair, of: pullback.flow), try byFlow(found[1 + pair]), relative: 1e-5, absolute: 0)
        }
    }
}
