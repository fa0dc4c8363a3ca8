/// What colours and signs on a picture mean, in numbers and units.
package enum Legend: Hashable, Sendable {
    /// A bar of all colours with its numbers. `caption` says what is drawn and in which unit.
    case colors(ColorMap, MapScale, caption: String)
    /// A disc of all directions; its rim is the scale.
    case wheel(MapScale, caption: String)
    /// An arrow as long as `value` is drawn.
    /// - Parameter pixelsPerUnit: of the picture.
    case arrow(RGBColor, value: Double, pixelsPerUnit: Double, caption: String)
    /// Signs and their names.
    case signs([LegendSign])
}

/// A sign of a legend.
package struct LegendSign: Hashable, Sendable {
    package enum Shape: Hashable, Sendable { case dot, line, arrow, area }

    package var shape: Shape
    package var color: RGBColor
    package var name: String

    package init(shape: Shape, color: RGBColor, name: String) {
        self.shape = shape
        self.color = color
        self.name = name
    }
}
