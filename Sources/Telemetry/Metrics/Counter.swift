import Synchronization

/// A number that only grows, once for each combination of its labels' values.
package final class Counter: Sendable {
    private let values = Mutex<[[String]: Double]>([:])

    init() {}

    /// - Parameters:
    ///   - amount: not negative.
    ///   - labels: values in the order of the names. They come from closed lists; a value that a client chooses would let it fill the memory.
    package func add(_ amount: Double, _ labels: [String]) {
        values.withLock { $0[labels, default: 0] += amount }
    }

    var samples: [Sample] {
        values.withLock { $0.map { Sample(labels: $0.key, value: $0.value) } }
    }
}

/// One line of a family.
package struct Sample: Hashable, Sendable {
    /// Values in the order of the family's names.
    package let labels: [String]
    package let value: Double

    package init(labels: [String], value: Double) {
        self.labels = labels
        self.value = value
    }
}
