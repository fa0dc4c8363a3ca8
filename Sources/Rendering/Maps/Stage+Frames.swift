package import Cine

extension Stage {
    /// The frame alone, enlarged, in its own colours.
    /// - Throws: ``RenderingError``.
    package func picture(of frame: RGBImage) throws -> RGBImage {
        try check(frame)
        return frame.scaled(by: zoom, .bilinear)
    }

    /// The luma of the frame at the picture's pixels, 0…255 (Rec. 601).
    func luma(of frame: RGBImage) throws -> [Float] {
        try check(frame)
        let source: [Float] = (0..<(frame.width * frame.height)).map { index in
            let red = Float(frame.pixels[3 * index])
            let green = Float(frame.pixels[3 * index + 1])
            let blue = Float(frame.pixels[3 * index + 2])
            return 0.299 * red + 0.587 * green + 0.114 * blue
        }
        return try Stage.model(width: frameWidth, height: frameHeight, zoom: zoom, density: density).spread(source)
    }

    private func check(_ frame: RGBImage) throws {
        guard frame.width == frameWidth, frame.height == frameHeight else {
            throw RenderingError.sizeMismatch(
                expected: frameWidth * frameHeight, found: frame.width * frame.height)
        }
    }
}
