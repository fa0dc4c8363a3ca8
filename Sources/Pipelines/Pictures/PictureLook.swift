package import Rendering

/// How pictures are drawn.
package struct PictureLook: Hashable, Sendable {
    /// On which frame a map is laid. The raw values are the names in the HTTP interface.
    package enum Geometry: String, Hashable, Sendable, CaseIterable {
        /// The clip's frame, as the model saw it.
        case model
        /// The video's own frame.
        case source
    }

    /// How a field of flow is shown. The raw values are the names in the HTTP interface.
    package enum Field: String, Hashable, Sendable, CaseIterable {
        /// Arrows on the frame.
        case arrows
        /// Colours of direction and length, with their wheel.
        case colors
    }

    package var style: FrameStyle
    /// Nil for the map's own: with a sign for those that are read with it, magnitudes for derivatives.
    package var colorMap: ColorMap?
    /// 0…1, see `MapRenderer`.
    package var alpha: Double
    /// The magnitude at full colour, or of the longest arrow; nil for the map's own.
    package var scale: Double?
    /// Pixels of the picture for one of the frame, at a density of 1.
    package var zoom: Int
    /// 2 for a screen with twice the pixels: everything has twice as many.
    package var density: Int
    package var geometry: Geometry
    package var field: Field
    /// Whether colours and signs are explained below the picture. Sheets and figures always are.
    package var hasLegend: Bool
    /// Above the picture; nil for none, or for a figure's own.
    package var title: String?

    package init(zoom: Int) {
        style = .overlay
        colorMap = nil
        alpha = 0.9
        scale = nil
        self.zoom = zoom
        density = 1
        geometry = .model
        field = .arrows
        hasLegend = false
        title = nil
    }
}
