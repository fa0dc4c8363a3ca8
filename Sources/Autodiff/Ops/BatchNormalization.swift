import CKernels
package import Tensors

/// The shape that batch normalisation gives: that of `x`.
/// - Parameters:
///   - x: `[N, C, …]`, rank two or more.
///   - parameters: each `[C]`.
/// - Throws: ``ShapeError``.
package func batchNormalizationShape(_ x: Shape, parameters: [Shape]) throws -> Shape {
    guard x.rank >= 2, parameters.allSatisfy({ $0 == [x[1]] }) else {
        throw Operation.batchNormalization.refuses(
            [x] + parameters, "the parameters have one value for each channel, axis 1 of the input")
    }
    return x
}

/// Batch normalisation as in inference: y = (x - mean) / √(variance + epsilon) · scale + shift, by channel, with given statistics.
///
/// Any parameter may want a gradient. The input is kept only when the scale or the variance wants one; otherwise two values a channel.
/// - Parameters:
///   - x: `[N, C, …]`.
///   - scale, shift, mean, variance: `[C]`; without a scale 1, without a shift 0.
///   - epsilon: added to the variance; variance + epsilon must be positive, or the results are not numbers.
/// - Returns: the shape of `x`.
/// - Throws: ``ShapeError``.
package func batchNormalization(
    _ x: Variable, scale: Variable?, shift: Variable?, mean: Variable, variance: Variable, epsilon: Float
) throws -> Variable {
    let shape = try batchNormalizationShape(
        x.shape, parameters: [scale, shift, mean, variance].compactMap { $0?.shape })
    let parallelism = x.tape.parallelism
    let extents = ChannelExtents(shape)
    let statistics = NormalizationStatistics(
        scale: scale?.value, shift: shift?.value, mean: mean.value, variance: variance.value, epsilon: epsilon)
    let value = extents.affine(x.value, statistics.factors, statistics.addends, parallelism: parallelism)

    let needsInput = scale?.wantsGradient ?? false || variance.wantsGradient
    let keptInput = needsInput ? x.value : nil
    let wanted = [x, scale, shift, mean, variance].map { $0?.wantsGradient ?? false }
    return x.tape.record(
        value, .batchNormalization, parents: [x, scale, shift, mean, variance],
        keptBytes: (keptInput?.count ?? 0) * MemoryLayout<Float>.stride
    ) { gradient in
        let needsSums = wanted[1...].contains(true)
        let sums = needsSums ? extents.sums(gradient, parallelism: parallelism) : []
        let products = keptInput.map { extents.sums(gradient, times: $0, parallelism: parallelism) } ?? []
        func perChannel(_ value: (Int) -> Double) -> Tensor {
            Tensor(uninitialized: [extents.channels]) { values in
                for channel in 0..<extents.channels { values[channel] = Float(value(channel)) }
            }
        }
        // Σ dy · (x - mean), from Σ dy · x and Σ dy.
        func centered(_ c: Int) -> Double { products[c] - statistics.means[c] * sums[c] }
        let byScale = wanted[1] ? perChannel { centered($0) * statistics.inverses[$0] } : nil
        let byShift = wanted[2] ? perChannel { sums[$0] } : nil
        let byMean = wanted[3] ? perChannel { -sums[$0] * statistics.factors[$0] } : nil
        let byVariance =
            wanted[4]
            ? perChannel {
                // d(variance + ε)^(-1/2) = -1/2 (variance + ε)^(-3/2)
                -0.5 * centered($0) * statistics.factors[$0] * statistics.inverses[$0] * statistics.inverses[$0]
            } : nil
        if wanted[0] {
            extents.scale(&gradient, by: statistics.factors, parallelism: parallelism)
            return [gradient, byScale, byShift, byMean, byVariance]
        }
        return [nil, byScale, byShift, byMean, byVariance]
    }
}

/// The statistics of each channel folded into y = x · factor + addend, in Double. A convolution before it can absorb the same two numbers.
struct NormalizationStatistics: Sendable {
    let means, inverses, factors, addends: [Double]

    init(scale: Tensor?, shift: Tensor?, mean: Tensor, variance: Tensor, epsilon: Float) {
        means = mean.values.map(Double.init)
        inverses = variance.values.map { 1 / (Double($0) + Double(epsilon)).squareRoot() }
        let scales = scale?.values.map(Double.init)
        let shifts = shift?.values.map(Double.init)
        var (factors, addends): ([Double], [Double]) = ([], [])
        for channel in means.indices {
            let factor = inverses[channel] * (scales?[channel] ?? 1)
            factors.append(factor)
            addends.append((shifts?[channel] ?? 0) - means[channel] * factor)
        }
        self.factors = factors
        self.addends = addends
    }
}
