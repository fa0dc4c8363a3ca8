import CFFmpeg
package import Cine

/// FFV1 in Matroska: every pixel comes back as it was.
package enum LosslessEncoder {
    /// - Parameter frames: of one size.
    /// - Returns: the file.
    /// - Throws: ``EncodingError``.
    package static func encode(_ frames: [RGBImage], rate: FrameRate) throws -> [UInt8] {
        guard let first = frames.first else { throw EncodingError.noFrames }
        let encoder = try FrameEncoder(name: "ffv1", container: "matroska", containerOptions: []) { codec in
            codec.pointee.width = Int32(first.width)
            codec.pointee.height = Int32(first.height)
            codec.pointee.pix_fmt = AV_PIX_FMT_BGR0
            codec.pointee.time_base = AVRational(num: Int32(rate.denominator), den: Int32(rate.numerator))
            codec.pointee.framerate = AVRational(num: Int32(rate.numerator), den: Int32(rate.denominator))
            codec.pointee.sample_aspect_ratio = AVRational(num: 1, den: 1)
            codec.pointee.color_range = AVCOL_RANGE_JPEG
        }
        for (index, image) in frames.enumerated() {
            guard image.width == first.width, image.height == first.height else {
                throw EncodingError.sizeChanged(frame: index)
            }
            try encoder.prepareFrame()
            let target = encoder.frame.pointer.pointee
            guard let plane = target.data.0 else { throw EncodingError.failed(reason: "there is no frame to fill") }
            for row in 0..<image.height {
                let line = plane + row * Int(target.linesize.0)
                for column in 0..<image.width {
                    let pixel = 3 * (row * image.width + column)
                    line[4 * column] = image.pixels[pixel + 2]
                    line[4 * column + 1] = image.pixels[pixel + 1]
                    line[4 * column + 2] = image.pixels[pixel]
                    line[4 * column + 3] = 0
                }
            }
            try encoder.send(time: Int64(index), duration: 1)
        }
        return try encoder.finish(duration: 1)
    }
}
