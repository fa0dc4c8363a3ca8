package import Cine

extension RGBImage {
    /// How pixels between pixels are found.
    package enum Interpolation: Hashable, Sendable {
        /// Squares with sharp edges: what a model saw, pixel by pixel.
        case nearest
        /// Straight lines between the pixels' centres.
        case bilinear
    }

    /// The whole factor by which the shorter side grows to at least `side` pixels; 1 when it has them.
    package func magnification(toSide side: Int) -> Int { max(1, (side + min(width, height) - 1) / min(width, height)) }

    /// - Precondition: the factor is at least 1.
    package func scaled(by factor: Int, _ interpolation: Interpolation) -> RGBImage {
        precondition(factor >= 1, "an image is enlarged by a whole factor")
        guard factor > 1 else { return self }
        switch interpolation {
        case .nearest: return enlarged(by: factor) { position, _ in (position / factor, position / factor, 0) }
        case .bilinear:
            return enlarged(by: factor) { position, count in
                // Centres of pixels lie at halves.
                let place = max((Float(position) + 0.5) / Float(factor) - 0.5, 0)
                let lower = min(Int(place), count - 1)
                return (lower, min(lower + 1, count - 1), place - Float(lower))
            }
        }
    }

    /// - Parameter sources: for a position along an axis and the axis's extent, two source positions and the share of
    /// the second.
    private func enlarged(by factor: Int, _ sources: (Int, Int) -> (Int, Int, Float)) -> RGBImage {
        let columns = (0..<(width * factor)).map { sources($0, width) }
        var result = [UInt8](repeating: 0, count: 3 * width * height * factor * factor)
        var index = 0
        for row in 0..<(height * factor) {
            let (top, bottom, down) = sources(row, height)
            for (left, right, across) in columns {
                for channel in 0..<3 {
                    func value(_ y: Int, _ x: Int) -> Float { Float(pixels[3 * (y * width + x) + channel]) }
                    let upper = value(top, left) * (1 - across) + value(top, right) * across
                    let lower = value(bottom, left) * (1 - across) + value(bottom, right) * across
                    result[index] = UInt8(upper * (1 - down) + lower * down + 0.5)
                    index += 1
                }
            }
        }
        return RGBImage(width: width * factor, height: height * factor, pixels: result)
    }
}
