package import Attribution
package import Cine
import Tensors

/// One number for each pixel of each frame: how strongly the score depends on that place.
package struct MagnitudeField: Sendable {
    /// `[T', H, W]`, not negative.
    package let values: [Float]
    package let frames, height, width: Int
    /// The clip's frame that the first belongs to.
    package let firstClipFrame: Int

    /// Derivatives: `Σ_c |v|` over the channels of intensities, the length `√(x² + y²)` of a flow vector's. Their squares: `Σ_c v`. Contributions,
    /// which may be added: `|Σ_c v|`.
    package init(_ map: AttributionMap, unit: AttributionUnit) {
        (frames, height, width) = (map.frames, map.height, map.width)
        firstClipFrame = map.firstClipFrame
        let places = map.frames * map.height * map.width
        let components = map.components
        values = map.values.withUnsafeValues { v in
            (0..<places).map { place in
                var (absolute, squares, signed) = (Float(0), Float(0), Float(0))
                for component in 0..<components {
                    let value = v[component * places + place]
                    absolute += abs(value)
                    squares += value * value
                    signed += value
                }
                return switch (unit, map.kind) {
                case (.contribution, _): abs(signed)
                case (.derivative, .flow): squares.squareRoot()
                case (.squaredDerivative, _), (.derivative, _): absolute
                }
            }
        }
    }
}
