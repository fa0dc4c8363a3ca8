import Synchronization

/// How often a quantity fell into each of some ranges, once for each combination of its labels' values.
package final class Histogram: Sendable {
    struct Distribution: Hashable, Sendable {
        /// Of each bucket by itself; the last holds what is above every bound.
        var counts: [Int]
        var sum = 0.0

        var total: Int { counts.reduce(0, +) }
    }

    /// Upper bounds, inclusive, ascending.
    let bounds: [Double]
    private let values = Mutex<[[String]: Distribution]>([:])

    init(bounds: [Double]) { self.bounds = bounds }

    package func observe(_ value: Double, _ labels: [String]) {
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        values.withLock { values in
            values[labels, default: Distribution(counts: Array(repeating: 0, count: bounds.count + 1))]
                .counts[bucket] += 1
            values[labels]?.sum += value
        }
    }

    package func observe(_ duration: Duration, _ labels: [String]) { observe(duration / .seconds(1), labels) }

    var distributions: [[String]: Distribution] { values.withLock { $0 } }
}
