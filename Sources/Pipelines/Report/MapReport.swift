import Tensors
import Attribution
package import Cine

/// One map in numbers.
package struct MapReport: Encodable, Hashable, Sendable {
    package let kind: MapKind
    package let shape: [Int]
    /// What each axis is, outermost first.
    package let axes: [String]
    package let unit: String
    /// The magnitude that pictures show at full colour: the 99.5th percentile over pixels and frames of the length over components.
    package let scale: Double
    package let minimum, maximum, meanMagnitude: Double

    init(_ map: AttributionMap, unit attribution: AttributionUnit) {
        kind = map.kind
        shape = map.publicShape.extents
        axes =
            switch map.kind {
            case .pixels, .error, .layer: ["channel", "frame", "y", "x"]
            case .firstFrame: ["channel", "y", "x"]
            case .flow: ["component (x, y)", "frame", "y", "x"]
            }
        let variable = map.kind == .flow ? "pixel of displacement" : "unit of intensity"
        unit =
            switch attribution {
            case .derivative: "score per \(variable)"
            case .squaredDerivative: "(score per \(variable))²"
            case .contribution: "score"
            }
        scale = map.displayScale
        let (low, high, sum) = map.values.withUnsafeValues { values in
            values.reduce((Float.infinity, -Float.infinity, 0.0)) {
                (min($0.0, $1), max($0.1, $1), $0.2 + Double(abs($1)))
            }
        }
        let count = map.values.count
        minimum = count > 0 ? Double(low) : 0
        maximum = count > 0 ? Double(high) : 0
        meanMagnitude = count > 0 ? sum / Double(count) : 0
    }
}
