import Autodiff
import Cine
import Motion
import Tensors

/// Where the channels of a layer that raise the score are active.
package struct GradCAM: AttributionMethod {
    static let facts = MethodFacts(
        title: "Grad-CAM",
        reference:
            "Selvaraju and others: Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization (2017), arXiv:1610.02391, without the ReLU at the end",
        definition:
            "The activations of a layer, each channel times the mean over time and space of the score's derivative by it, summed over channels and spread over the clip by straight lines between the centres of the layer's positions.",
        sign: .signed, unit: .contribution, isComplete: false, isStochastic: false)

    package var facts: MethodFacts { Self.facts }
    package let passes = 1
    private let layer: String

    /// - Parameter layer: a name that the score knows.
    package init(layer: String) { self.layer = layer }

    /// - Parameter pass: what a pass as far as the layer holds, the layer's activation and the gradient by it included.
    package func bytes(_ extents: AttributionExtents, pass: Int) -> Int {
        // The layer's map, the clip's, and one between the two.
        pass + 3 * extents.positions * MemoryLayout<Float>.stride + (extents.parts > 0 ? extents.clipBytes : 0)
    }

    package func attribute(
        _ input: AttributionInput, to score: Score, control: RunControl
    ) throws -> AttributionResult {
        let clip: Tensor
        switch input {
        case .pixels(let pixels): clip = pixels
        case .decomposition(let decomposition):
            let parts = decomposition.parts
            clip = try Decomposition.reconstruction(
                firstFrame: parts.firstFrame, flow: parts.flow, residual: parts.error, parallelism: control.parallelism)
        }
        let pass = try score.layer(layer, at: clip, parallelism: control.parallelism)
        try control.report(
            RunProgress(completed: 1, total: 1, value: pass.value, standardError: nil, mapError: nil))
        let map = try Self.map(pass).interpolated(to: clip.shape, parallelism: control.parallelism)
        return AttributionResult(
            maps: [try AttributionMap(kind: .layer, values: map)], value: pass.value, sampling: nil, shares: nil,
            completeness: nil, passes: passes)
    }

    /// `Σ_c mean(∂y/∂A_c) · A_c`, `[1, T', H', W']`.
    private static func map(_ pass: LayerGradient) -> Tensor {
        let shape = pass.activation.shape
        let positions = shape[1] * shape[2] * shape[3]
        return pass.activation.withUnsafeValues { activation in
            pass.gradient.withUnsafeValues { gradient in
                Tensor(uninitialized: [1, shape[1], shape[2], shape[3]]) { map in
                    var sums = [Double](repeating: 0, count: positions)
                    for channel in 0..<shape[0] {
                        let start = channel * positions
                        let weight =
                            gradient[start..<start + positions].reduce(0.0) { $0 + Double($1) } / Double(positions)
                        for position in 0..<positions {
                            sums[position] += weight * Double(activation[start + position])
                        }
                    }
                    for position in 0..<positions { map[position] = Float(sums[position]) }
                }
            }
        }
    }
}

extension Tensor {
    /// `[1, T', H', W']` at the extents of a clip `[C, T, H, W]`; values are cells, whose outer edges are the clip's.
    fileprivate func interpolated(to clip: Shape, parallelism: Parallelism) throws -> Tensor {
        let size = Array(clip.extents.dropFirst())
        let tape = Tape(parallelism: parallelism)
        let batch = tape.constant(try reshaped(to: Shape([1] + shape.extents)))
        return try interpolate(batch, size: size, alignCorners: false).value.reshaped(to: Shape([1] + size))
    }
}
