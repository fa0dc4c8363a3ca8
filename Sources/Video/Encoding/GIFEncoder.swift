import CFFmpeg
import Cine

/// A GIF that repeats for ever, all of whose frames have one palette, so that colours do not flicker.
final class GIFEncoder {
    private let encoder: FrameEncoder
    private var palette: Palette
    private let width, height: Int
    private let rate: FrameRate

    /// - Throws: ``EncodingError``.
    init(width: Int, height: Int, rate: FrameRate, palette: Palette) throws {
        encoder = try FrameEncoder(name: "gif", container: "gif", containerOptions: [("loop", "0")]) { codec in
            codec.pointee.width = Int32(width)
            codec.pointee.height = Int32(height)
            codec.pointee.pix_fmt = AV_PIX_FMT_PAL8
            codec.pointee.time_base = AVRational(num: 1, den: 100)
        }
        self.palette = palette
        (self.width, self.height, self.rate) = (width, height, rate)
    }

    /// In hundredths of a second.
    private func time(_ index: Int) -> Int64 {
        Int64((Double(index) * 100 / rate.framesPerSecond).rounded())
    }

    /// Browsers play a frame that lasts less than two hundredths of a second for ten of them. Above 50 frames a second some
    /// are left out, and the others keep their time.
    func shows(_ index: Int) -> Bool {
        var (shown, last): (Int, Int64) = (0, time(0))
        guard index > 0, rate.framesPerSecond > 50 else { return true }
        for frame in 1...index where time(frame) - last >= 2 { (shown, last) = (frame, time(frame)) }
        return shown == index
    }

    func append(_ image: RGBImage, index: Int) throws {
        try encoder.prepareFrame()
        let frame = encoder.frame.pointer.pointee
        guard let rows = frame.data.0, let colors = frame.data.1 else {
            throw EncodingError.failed(reason: "there is not enough memory")
        }
        let stride = Int(frame.linesize.0)
        for y in 0..<height {
            for x in 0..<width {
                let pixel = 3 * (y * width + x)
                rows[y * stride + x] = palette.index(
                    image.pixels[pixel], image.pixels[pixel + 1], image.pixels[pixel + 2])
            }
        }
        colors.withMemoryRebound(to: UInt32.self, capacity: 256) { colors in
            // The entries behind the palette are transparent: with one of them pixels that stay as they were are written.
            for entry in 0..<256 {
                colors[entry] =
                    entry < palette.colors.count
                    ? 0xFF00_0000 | UInt32(palette.colors[entry].red) << 16
                        | UInt32(palette.colors[entry].green) << 8 | UInt32(palette.colors[entry].blue) : 0
            }
        }
        try encoder.send(time: time(index), duration: max(time(index + 1) - time(index), 2))
    }

    func finish() throws -> [UInt8] { try encoder.finish(duration: 2) }
}
