import Synchronization

/// The families of numbers that a process shows to a monitoring system, in the text format of Prometheus (version 0.0.4).
package final class MetricsRegistry: Sendable {
    private enum Source: Sendable {
        case counter(Counter)
        case histogram(Histogram)
        /// Asked when the numbers are read.
        case read(type: String, @Sendable () -> [Sample])
    }
    private struct Family: Sendable {
        let name: String
        let help: String
        let labels: [String]
        let source: Source
    }

    private let families = Mutex<[Family]>([])

    package init() {}

    /// - Parameters:
    ///   - name: letters, digits and underscores; with its unit, and `_total` at its end.
    ///   - labels: names in the order in which values are given.
    package func counter(_ name: String, _ help: String, labels: [String]) -> Counter {
        let counter = Counter()
        add(Family(name: name, help: help, labels: labels, source: .counter(counter)))
        return counter
    }

    /// - Parameter bounds: upper bounds of the buckets, inclusive, ascending, in the unit that the name tells.
    package func histogram(_ name: String, _ help: String, labels: [String], bounds: [Double]) -> Histogram {
        let histogram = Histogram(bounds: bounds)
        add(Family(name: name, help: help, labels: labels, source: .histogram(histogram)))
        return histogram
    }

    /// A number that goes up and down. One that cannot be read now is left out.
    package func gauge(
        _ name: String, _ help: String, labels: [String], read: @escaping @Sendable () -> [Sample]
    ) {
        add(Family(name: name, help: help, labels: labels, source: .read(type: "gauge", read)))
    }

    /// A number that only grows and is counted elsewhere.
    package func counter(
        _ name: String, _ help: String, labels: [String], read: @escaping @Sendable () -> [Sample]
    ) {
        add(Family(name: name, help: help, labels: labels, source: .read(type: "counter", read)))
    }

    private func add(_ family: Family) { families.withLock { $0.append(family) } }

    /// All families in the order in which they were made. May read files and a database.
    package func text() -> String {
        var text = MetricsText()
        for family in families.withLock({ $0 }) {
            switch family.source {
            case .counter(let counter):
                text.head(family.name, family.help, type: "counter")
                text.lines(family.name, family.labels, counter.samples)
            case .histogram(let histogram):
                text.head(family.name, family.help, type: "histogram")
                for (labels, distribution) in histogram.distributions.sorted(by: {
                    $0.key.lexicographicallyPrecedes($1.key)
                }) {
                    text.distribution(family.name, family.labels, labels, distribution, bounds: histogram.bounds)
                }
            case .read(let type, let read):
                text.head(family.name, family.help, type: type)
                text.lines(family.name, family.labels, read())
            }
        }
        return text.text
    }
}
