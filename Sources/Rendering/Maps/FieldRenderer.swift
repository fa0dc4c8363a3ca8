package import Cine

/// Draws one frame of a vector field in the colours of its directions: flow, or what a score gains by another flow.
package struct FieldRenderer: Sendable {
    package let style: FrameStyle
    /// 0…1: the largest opacity of an overlay, the share of the colours in a blend.
    package let alpha: Double
    /// The length at full colour.
    package let scale: MapScale

    package init(style: FrameStyle, alpha: Double, scale: MapScale) {
        self.style = style
        self.alpha = min(max(alpha, 0), 1)
        self.scale = scale
    }

    /// - Parameters:
    ///   - dx: to the right, `[mapHeight, mapWidth]`.
    ///   - dy: down, the same.
    ///   - background: the frame; black when there is none.
    /// - Throws: ``RenderingError``.
    package func image(dx: [Float], dy: [Float], stage: Stage, background: RGBImage?) throws -> RGBImage {
        let factor = scale.maximum > 0 ? Float(1 / scale.maximum) : 0
        guard dx.count == dy.count else { throw RenderingError.sizeMismatch(expected: dx.count, found: dy.count) }
        // What is not a number is nothing; it would spread to its neighbours.
        func fractions(_ values: [Float]) -> [Float] {
            values.indices.map { dx[$0].isFinite && dy[$0].isFinite ? values[$0] * factor : 0 }
        }
        let (right, down) = (try stage.spread(fractions(dx)), try stage.spread(fractions(dy)))
        let luma = try background.map(stage.luma(of:))
        let pixels = FrameMixture(style: style, alpha: Float(alpha)).mixed(
            count: right.count, luma: luma, table: FlowColors.table
        ) { index in
            let (x, y) = (right[index], down[index])
            return (min((x * x + y * y).squareRoot(), 1), FlowColors.index(dx: x, dy: y))
        }
        return RGBImage(width: stage.width, height: stage.height, pixels: pixels)
    }
}
