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

extension AttributionMap {
    /// The Euclidean norm over the components, `[T, H, W]`; zero where a component is not a number.
    package var magnitudes: [Float] {
        let count = frames * height * width
        return values.withUnsafeValues { values in
            (0..<count).map { index in
                var sum: Float = 0
                for component in 0..<components {
                    let value = values[component * count + index]
                    sum += value * value
                }
                return sum.isFinite ? sum.squareRoot() : 0
            }
        }
    }

    /// One frame of the map, each component `[H, W]`, as ``MapRenderer`` takes it.
    /// - Precondition: the frame is one of the map's.
    package func components(ofFrame frame: Int) -> [[Float]] {
        precondition((0..<frames).contains(frame), "the map has no frame \(frame)")
        let plane = height * width
        return values.withUnsafeValues { values in
            (0..<components).map { component in
                let start = (component * frames + frame) * plane
                return Array(values[start..<(start + plane)])
            }
        }
    }
}
