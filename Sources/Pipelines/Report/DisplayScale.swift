import Cine
import Rendering

extension AttributionMap {
    /// The magnitude that pictures show at full colour.
    var displayScale: Double { MapScale.of(map: self).maximum }
}
