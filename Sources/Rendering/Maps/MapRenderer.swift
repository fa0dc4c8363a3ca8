package import Cine

/// How a map and the frame that it belongs to share a picture. The raw values are the names in the HTTP interface.
package enum FrameStyle: String, Hashable, Sendable, CaseIterable {
    /// The frame in dimmed grey, over it colours whose opacity grows with the magnitude.
    case overlay
    /// Grey frame and colours mixed evenly.
    case blend
    /// The colours alone.
    case map
}

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
    ///   - components: the map's values of this frame, each `[height, width]`. Drawn is their Euclidean norm, under a
    /// diverging colour
    ///     map with the sign of their sum.
    ///   - background: the frame, of the same size; black when there is none.
    /// - Throws: ``RenderingError``.
    package func image(components: [[Float]], width: Int, height: Int, background: RGBImage?) throws -> RGBImage {
        let plane = width * height
        for component in components where component.count != plane {
            throw RenderingError.sizeMismatch(expected: plane, found: component.count)
        }
        if let background, background.width != width || background.height != height {
            throw RenderingError.sizeMismatch(expected: plane, found: background.width * background.height)
        }
        let table = colorMap.table
        var pixels = [UInt8](repeating: 0, count: 3 * plane)
        for index in 0..<plane {
            let fraction = fraction(of: components, at: index)
            let entry = 3 * colorMap.index(of: colorMap.isDiverging ? fraction : abs(fraction))
            let (opacity, brightness) = mixture(abs(fraction))
            let grey = brightness * (background.map { luma($0, index) } ?? 0)
            for channel in 0..<3 {
                let mixed = (1 - opacity) * grey + opacity * Float(table[entry + channel])
                pixels[3 * index + channel] = UInt8(mixed.rounded())
            }
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }

    /// Of the scale, -1…1.
    private func fraction(of components: [[Float]], at index: Int) -> Float {
        var (sum, squares): (Float, Float) = (0, 0)
        for component in components {
            sum += component[index]
            squares += component[index] * component[index]
        }
        guard scale.maximum > 0, !squares.isNaN else { return 0 }
        let magnitude = min(squares.squareRoot() / Float(scale.maximum), 1)
        return sum < 0 ? -magnitude : magnitude
    }

    /// The colour's opacity and the frame's brightness under it.
    private func mixture(_ fraction: Float) -> (opacity: Float, brightness: Float) {
        switch style {
        // The square root lets the lower half of the scale be seen at all: dark colours cover before bright ones do.
        case .overlay: (Float(alpha) * fraction.squareRoot(), 0.6)
        case .blend: (Float(alpha), 1)
        case .map: (1, 0)
        }
    }

    /// Rec. 601, 0…255.
    private func luma(_ image: RGBImage, _ index: Int) -> Float {
        let (red, green, blue) = (image.pixels[3 * index], image.pixels[3 * index + 1], image.pixels[3 * index + 2])
        return 0.299 * Float(red) + 0.587 * Float(green) + 0.114 * Float(blue)
    }
}
