import CKernels
package import Tensors

/// What batch normalisation in training gives: the values, and the statistics that a running mean takes up.
package struct BatchNormalized {
    package let value: Variable
    /// Of the values of each channel in this batch; the variance divides by their number, not by one less.
    package let means, variances: [Double]
    /// Values of each channel.
    package let count: Int
}

/// The shape that batch normalisation in training gives: that of `x`.
/// - Parameters:
///   - x: `[N, C, …]`, rank two or more, at least two values a channel.
///   - scale, shift: `[C]`.
/// - Throws: ``ShapeError``.
package func batchStatisticsNormalizationShape(_ x: Shape, scale: Shape, shift: Shape) throws -> Shape {
    let operation = Operation.batchStatisticsNormalization
    guard x.rank >= 2, scale == [x[1]], shift == [x[1]] else {
        throw operation.refuses(
            [x, scale, shift], "the parameters have one value for each channel, axis 1 of the input")
    }
    guard x.count > x[1] else {
        throw operation.refuses([x, scale, shift], "one value a channel has no variance")
    }
    return x
}

/// Batch normalisation as in training (Ioffe and Szegedy, 2015): y = (x - mean) / √(variance + epsilon) · scale + shift, by channel, with the
/// statistics of this very batch, through which the gradient flows too; then max(y, 0) where `rectified`.
///
/// Keeps the input, and one bit a value where `rectified`.
/// - Parameters:
///   - x: `[N, C, …]`.
///   - scale, shift: `[C]`.
/// - Throws: ``ShapeError``.
package func batchStatisticsNormalization(
    _ x: Variable, scale: Variable, shift: Variable, epsilon: Double, rectified: Bool
) throws -> BatchNormalized {
    let shape = try batchStatisticsNormalizationShape(x.shape, scale: scale.shape, shift: shift.shape)
    let kernels = BatchStatistics(extents: ChannelExtents(shape), parallelism: x.tape.parallelism)
    let count = Double(kernels.perChannel)
    let moments = kernels.moments(x.value)
    let means = moments.first.map { $0 / count }
    let variances = zip(moments.second, means).map { max($0 / count - $1 * $1, 0) }
    let inverses = variances.map { 1 / ($0 + epsilon).squareRoot() }
    let factors = zip(scale.value.values, inverses).map { Double($0) * $1 }
    let addends = zip(zip(shift.value.values, means), factors).map { Double($0.0) - $0.1 * $1 }
    let (value, signs) = kernels.normalize(x.value, factors, addends, rectified: rectified)

    let kept = x.value
    let wanted = [x, scale, shift].map(\.wantsGradient)
    let variable = x.tape.record(
        value, .batchStatisticsNormalization, parents: [x, scale, shift],
        keptBytes: kept.count * MemoryLayout<Float>.stride + (signs?.byteCount ?? 0)
    ) { gradient in
        let sums = kernels.gradientMoments(gradient, signs, kept)
        // Σ dy · x̂ with x̂ = (x - mean) · inverse.
        let products = sums.second.indices.map { (sums.second[$0] - means[$0] * sums.first[$0]) * inverses[$0] }
        let byScale = wanted[1] ? kernels.perChannel(products) : nil
        let byShift = wanted[2] ? kernels.perChannel(sums.first) : nil
        guard wanted[0] else { return [nil, byScale, byShift] }
        // dx = factor · (dy - Σ dy / n - x̂ · Σ (dy · x̂) / n)
        let slopes = products.indices.map { -factors[$0] * inverses[$0] * products[$0] / count }
        let constants = products.indices.map { -factors[$0] * sums.first[$0] / count - slopes[$0] * means[$0] }
        kernels.backward(&gradient, signs, kept, factors: factors, slopes: slopes, addends: constants)
        return [gradient, byScale, byShift]
    }
    return BatchNormalized(value: variable, means: means, variances: variances, count: kernels.perChannel)
}
