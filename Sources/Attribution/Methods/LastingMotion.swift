import Cine
import Motion
import Tensors

/// Where motion that is there, and lasts, matters to a score.
///
/// The derivative by a flow vector is large at whatever the score would react to if it moved, moving or not: at a shape that stands still, too. And it holds the
/// image's slopes, so that strong edges stand out for any score, a random network's too. So it is taken along the motion that is there, averaged along the
/// trajectory through each pixel, where flow that is only noise cancels; and its square is divided by the slopes around: flow is known the better the
/// steeper they are, its variance going with 1/slopes², so this is the variance that a score owes to what is uncertain about the motion (to first order).
/// Variances add up, where signed derivatives over an object cancel for a score that does not depend on where it is.
/// `docs/evaluation.md` has what was tried, and how maps of this method and others hold against the truth.
package struct LastingMotion: AttributionMethod {
    package static let facts = MethodFacts(
        title: "Lasting motion",
        reference: "This project (2026), docs/evaluation.md; the uncertainty of flow after Lucas and Kanade (1981)",
        definition:
            "For flow (∂y/∂f · m)² / (s + s̄), m being the flow averaged along the trajectory through the pixel with weights that fall by a tenth a frame, s the squared slope of the intensities around the pixel (a Gaussian of 3 pixels) and s̄ a tenth of its mean over the clip; shared out to x and y as m's squares are. For other variables, and in pixels, the squared derivative.",
        sign: .magnitude, unit: .squaredDerivative, isComplete: false, isStochastic: false)

    /// Frames after which a weight along the trajectory has fallen to 1/e, about: the window of the report's trajectories.
    static let reach = 10.0
    /// Added to slopes, as a part of their mean, so that where there are none nothing is divided by nothing.
    static let floor = 0.1
    /// Of the Gaussian over slopes, in pixels.
    static let deviation = 3.0

    package var facts: MethodFacts { Self.facts }
    package let passes = 1

    package init() {}

    package func bytes(_ extents: AttributionExtents, pass: Int) -> Int {
        // Gradients and maps, and for the flow its means and the slopes.
        max(extents.passBytes(pass), 2 * extents.gradientBytes + extents.partBytes)
    }

    package func attribute(
        _ input: AttributionInput, to score: Score, control: RunControl
    ) throws -> AttributionResult {
        let gradient = try Gradient().attribute(input, to: score, control: control)
        var motion: Tensor?
        if case .decomposition(let decomposition) = input, let byFlow = gradient.map(.flow)?.values {
            motion = try Self.motion(decomposition.parts, byFlow, parallelism: control.parallelism)
        }
        return AttributionResult(
            maps: try gradient.maps.map { map in
                try AttributionMap(
                    kind: map.kind,
                    values: map.kind == .flow ? motion ?? map.values : map.values.multiplied(by: map.values))
            },
            value: gradient.value, sampling: nil, shares: gradient.shares, completeness: nil, passes: passes)
    }

    private static func motion(
        _ parts: DecompositionParts, _ gradient: Tensor, parallelism: Parallelism
    ) throws -> Tensor {
        let slopes = try Decomposition.reconstruction(
            firstFrame: parts.firstFrame, flow: parts.flow, residual: parts.error, parallelism: parallelism
        ).squaredSlopes.blurredFrames(deviation: deviation)
        let floor = Float(Self.floor * slopes.sum / Double(max(slopes.count, 1)))
        let mean = try TubeMeans(flow: parts.flow, reach: reach, parallelism: parallelism)(parts.flow)
        let places = slopes.count
        return gradient.withUnsafeValues { g in
            mean.withUnsafeValues { m in
                slopes.withUnsafeValues { slopes in
                    Tensor(uninitialized: gradient.shape) { result in
                        for place in 0..<places {
                            let (x, y) = (m[place], m[places + place])
                            let product = g[place] * x + g[places + place] * y
                            let length = x * x + y * y
                            // A clip without any slope has no gradient by flow either.
                            let scale = length * (slopes[place] + floor)
                            let share = scale > 0 ? product * product / scale : 0
                            result[place] = share * x * x
                            result[places + place] = share * y * y
                        }
                    }
                }
            }
        }
    }
}

extension Tensor {
    /// Of a clip `[C, T, H, W]`: `[1, T - 1, H, W]`, the squares of the differences to the next pixel on the right and below, summed over channels, from
    /// frame 1 on; zero at the far borders.
    fileprivate var squaredSlopes: Tensor {
        let (channels, frames, height, width) = (shape[0], shape[1], shape[2], shape[3])
        let area = height * width
        return withUnsafeValues { values in
            Tensor(uninitialized: [1, frames - 1, height, width]) { slopes in
                for place in slopes.indices {
                    let (row, column) = (place % area / width, place % width)
                    var sum: Float = 0
                    for channel in 0..<channels {
                        let index = (channel * frames + 1) * area + place
                        let right = column + 1 < width ? values[index + 1] - values[index] : 0
                        let below = row + 1 < height ? values[index + width] - values[index] : 0
                        sum += right * right + below * below
                    }
                    slopes[place] = sum
                }
            }
        }
    }
}
