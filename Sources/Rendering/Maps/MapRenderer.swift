package import Cine

/// Draws one frame of a map in colours.
package struct MapRenderer: Sendable {
    package let colorMap: ColorMap
    package let style: FrameStyle
    /// 0…1: the largest opacity of an overlay, the share of the colours in a blend.
    package let alpha: Double
    package let scale: MapScale

    package init(colorMap: ColorMap, style: FrameStyle, alpha: Double, scale: MapScale) {
        self.colorMap = colorMap
        self.style = style
        self.alpha = min(max(alpha, 0), 1)
        self.scale = scale
    }

    /// - Parameters:
    ///   - components: the map's values of this frame, each `[mapHeight, mapWidth]`. Drawn is their Euclidean norm, under
    /// a diverging colour map with the sign of their sum.
    ///   - background: the frame; black when there is none.
    /// - Throws: ``RenderingError``.
    package func image(components: [[Float]], stage: Stage, background: RGBImage?) throws -> RGBImage {
        let fractions = try stage.spread(try fractions(of: components, count: stage.mapWidth * stage.mapHeight))
        let luma = try background.map(stage.luma(of:))
        let pixels = FrameMixture(style: style, alpha: Float(alpha)).mixed(
            count: fractions.count, luma: luma, table: colorMap.table
        ) { index in
            (abs(fractions[index]), 3 * colorMap.index(of: fractions[index]))
        }
        return RGBImage(width: stage.width, height: stage.height, pixels: pixels)
    }

    /// Of the scale: 0…1, or -1…1 under a diverging map; zero where a component is not a number.
    private func fractions(of components: [[Float]], count: Int) throws -> [Float] {
        for component in components where component.count != count {
            throw RenderingError.sizeMismatch(expected: count, found: component.count)
        }
        guard scale.maximum > 0 else { return [Float](repeating: 0, count: count) }
        return (0..<count).map { index in
            var (sum, squares): (Float, Float) = (0, 0)
            for component in components {
                sum += component[index]
                squares += component[index] * component[index]
            }
            guard !squares.isNaN else { return 0 }
            let magnitude = min(squares.squareRoot() / Float(scale.maximum), 1)
            return colorMap.isDiverging && sum < 0 ? -magnitude : magnitude
        }
    }
}
