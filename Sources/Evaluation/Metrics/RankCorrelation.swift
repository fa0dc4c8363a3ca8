/// Spearman's rank correlation.
package enum RankCorrelation {
    /// Pearson's correlation of the ranks, ties sharing the mean of their ranks.
    ///
    /// - Returns: -1…1; nil when the arrays differ in length, hold fewer than two values, a value that is not a number, or when one
    ///   of them is constant, since its ranks tell nothing.
    package static func spearman(_ a: [Float], _ b: [Float]) -> Double? {
        guard let p = Ranks(a), let q = Ranks(b) else { return nil }
        return spearman(p, q)
    }

    /// The same of arrays whose ranks are known.
    package static func spearman(_ p: Ranks, _ q: Ranks) -> Double? {
        guard p.count == q.count, p.variance > 0, q.variance > 0 else { return nil }
        return p.covariance(q) / (p.variance * q.variance).squareRoot()
    }
}
