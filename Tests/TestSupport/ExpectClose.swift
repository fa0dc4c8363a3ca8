package import Tensors
package import Testing

/// Compares shape, then every value, and reports the worst element at the caller's line.
///
/// A value passes when |actual - expected| ≤ absolute + relative · max|expected|: an error relative to the largest value, as the golden
/// files state their tolerances.
package func expectClose(
    _ actual: Tensor, _ expected: Tensor, relative: Float, absolute: Float,
    at location: SourceLocation = #_sourceLocation
) {
    guard actual.shape == expected.shape else {
        Issue.record("shapes differ: \(actual.shape) and \(expected.shape)", sourceLocation: location)
        return
    }
    let (a, b) = (actual.values, expected.values)
    let allowed = absolute + relative * (b.map(abs).max() ?? 0)
    var worst = (index: 0, difference: Float(-1))
    for index in a.indices {
        let difference = abs(a[index] - b[index])
        guard !difference.isNaN else {
            Issue.record("not a number at \(index): \(a[index]) and \(b[index])", sourceLocation: location)
            return
        }
        if difference > worst.difference { worst = (index, difference) }
    }
    if worst.difference > allowed {
        Issue.record(
            "worst at \(worst.index) of \(actual.shape): \(a[worst.index]) and \(b[worst.index]) differ by \(worst.difference), allowed \(allowed)",
            sourceLocation: location)
    }
}

/// ‖a - b‖ / ‖b‖ in Double; infinite when the shapes differ.
package func relativeL2(_ a: Tensor, _ b: Tensor) -> Double {
    guard a.shape == b.shape else { return .infinity }
    var (difference, norm) = (0.0, 0.0)
    for (x, y) in zip(a.values, b.values) {
        difference += (Double(x) - Double(y)) * (Double(x) - Double(y))
        norm += Double(y) * Double(y)
    }
    return norm > 0 ? (difference / norm).squareRoot() : (difference > 0 ? .infinity : 0)
}
