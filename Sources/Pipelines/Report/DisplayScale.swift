import Cine
import Video

extension AttributionMap {
    /// The magnitude that pictures show at full colour.
    var displayScale: Double { MapScale.of(map: self).maximum }
}
