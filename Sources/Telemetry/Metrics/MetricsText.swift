/// Writes the text format of Prometheus: for each family what it is, then one line for each sample.
struct MetricsText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private(set) var text = ""

    mutating func head(_ name: String, _ help: String, type: String) {
        text += "# HELP \(name) \(Self.escaped(help, quotes: false))\n# TYPE \(name) \(type)\n"
    }

    mutating func lines(_ name: String, _ labels: [String], _ samples: [Sample]) {
        for sample in samples.sorted(by: { $0.labels.lexicographicallyPrecedes($1.labels) }) {
            line(name, Array(zip(labels, sample.labels)), Self.number(sample.value))
        }
    }

    /// Buckets count what is at or below their bound, so each holds those before it.
    mutating func distribution(
        _ name: String, _ names: [String], _ values: [String], _ distribution: Histogram.Distribution, bounds: [Double]
    ) {
        let labels = Array(zip(names, values))
        var total = 0
        for (bound, count) in zip(bounds, distribution.counts) {
            total += count
            line(name + "_bucket", labels + [("le", Self.number(bound))], String(total))
        }
        line(name + "_bucket", labels + [("le", "+Inf")], String(distribution.total))
        line(name + "_sum", labels, Self.number(distribution.sum))
        line(name + "_count", labels, String(distribution.total))
    }

    private mutating func line(_ name: String, _ labels: [(String, String)], _ value: String) {
        let list = labels.map { "\($0)=\"\(Self.escaped($1, quotes: true))\"" }.joined(separator: ",")
        text += list.isEmpty ? "\(name) \(value)\n" : "\(name){\(list)} \(value)\n"
    }

    private static func number(_ value: Double) -> String {
        // Whole numbers without a fraction, as people read them.
        if value == value.rounded(), value.magnitude < 1e15 { return String(Int(value)) }
        if value.isNaN { return "NaN" }
        return value.isInfinite ? (value < 0 ? "-Inf" : "+Inf") : String(value)
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.append(character)
            }
        }
        return escaped
    }
}

extension MetricsRegistry {
    /// Of ``text()``.
    package static let contentType = MetricsText.contentType
}
