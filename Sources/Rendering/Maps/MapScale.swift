package import Cine
import Tensors

/// Which magnitude is shown at full colour, the same for all frames of a map, so that frames can be compared.
package struct MapScale: Hashable, Sendable {
    /// In the map's unit. Zero for a map of zeros.
    package var maximum: Double

    package init(maximum: Double) { self.maximum = maximum }

    /// The 99.5th percentile (nearest rank) of the magnitude over the whole map: single outliers of a gradient would
    /// leave all else dark. Where fewer values than that differ from zero, the largest.
    package static func of(map: AttributionMap) -> MapScale {
        var magnitudes = map.magnitudes
        guard !magnitudes.isEmpty else { return MapScale(maximum: 0) }
        magnitudes.sort()
        let rank = (magnitudes.count * 995 + 999) / 1000 - 1
        let percentile = magnitudes[rank]
        return MapScale(maximum: Double(percentile > 0 ? percentile : magnitudes[magnitudes.count - 1]))
    }
}
