/// Spearman's rank correlation.
package enum RankCorrelation {
    /// Pearson's correlation of the ranks, ties sharing the mean of their ranks.
    ///
    /// - Returns: -1…1; nil when the arrays differ in length, hold fewer than two values, a value that is not a number, or when one
    ///   of them is constant, since its ranks tell nothing.
    package static func spearman(_ a: [Float], _ b: [Float]) -> Double? {
        guard a.count == b.count, a.count > 1, !a.contains(where: \.isNaN), !b.contains(where: \.isNaN) else {
            return nil
        }
        let (p, q) = (ranks(of: a), ranks(of: b))
        let mean = Double(a.count - 1) / 2
        var (covariance, varianceP, varianceQ) = (0.0, 0.0, 0.0)
        for index in p.indices {
            let (x, y) = (p[index] - mean, q[index] - mean)
            covariance += x * y
            varianceP += x * x
            varianceQ += y * y
        }
        guard varianceP > 0, varianceQ > 0 else { return nil }
        return covariance / (varianceP * varianceQ).squareRoot()
    }

    /// Ranks from 0, equal values sharing the mean of the places they fill.
    static func ranks(of values: [Float]) -> [Double] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = [Double](repeating: 0, count: values.count)
        var start = 0
        while start < order.count {
            var end = start + 1
            while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
            let shared = Double(start + end - 1) / 2
            for place in start..<end { ranks[order[place]] = shared }
            start = end
        }
        return ranks
    }
}
