package import Cine

/// Makes files of moving pictures: the same bytes for the same pictures, on any number of processors.
package struct AnimationEncoder: Hashable, Sendable {
    /// What every player decodes.
    package static let maximumSide = 4096

    package let format: AnimationFormat
    package let rate: FrameRate

    package init(format: AnimationFormat, rate: FrameRate) {
        self.format = format
        self.rate = rate
    }

    /// - Parameters:
    ///   - frame: makes a picture; called for one at a time, in order, so that only one is in memory. For GIF it is called
    /// for some of them before, to choose the colours.
    /// - Returns: the file.
    /// - Throws: ``EncodingError``, and what `frame` throws.
    package func encode(frames: Int, frame: (Int) throws -> RGBImage) throws -> [UInt8] {
        guard frames > 0 else { throw EncodingError.noFrames }
        let first = try frame(0)
        let limit = Self.maximumSide
        guard first.width <= limit, first.height <= limit else {
            throw EncodingError.tooLarge(width: first.width, height: first.height, limit: limit)
        }
        func picture(_ index: Int) throws -> RGBImage {
            let image = index == 0 ? first : try frame(index)
            guard image.width == first.width, image.height == first.height else {
                throw EncodingError.sizeChanged(frame: index)
            }
            return image
        }
        switch format {
        case .mp4:
            let encoder = try H264Encoder(width: first.width, height: first.height, rate: rate)
            for index in 0..<frames { try encoder.append(try picture(index)) }
            return try encoder.finish()
        case .gif:
            var colors = ColorCount()
            for index in Self.spread(frames, atMost: 12) { colors.add(try picture(index)) }
            let encoder = try GIFEncoder(
                width: first.width, height: first.height, rate: rate, palette: Palette(colors, count: 255))
            for index in 0..<frames where encoder.shows(index) { try encoder.append(try picture(index), index: index) }
            return try encoder.finish()
        }
    }

    /// Evenly, with the first and the last.
    private static func spread(_ count: Int, atMost limit: Int) -> [Int] {
        count <= limit ? Array(0..<count) : (0..<limit).map { $0 * (count - 1) / (limit - 1) }
    }
}
