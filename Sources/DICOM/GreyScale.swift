/// From stored samples of one component to grey of 8 bits (PS3.3, C.11.1 and C.11.2).
struct GreyScale: Hashable, Sendable {
    var bitsStored, highBit: Int
    var isSigned: Bool
    var slope, intercept: Double
    /// Of the window, in rescaled units; nil shows the whole range.
    var center, width: Double?
    /// MONOCHROME1: the least value is white.
    var isInverted: Bool

    /// The sample's value: what lies above and below its bits are overlays of old files.
    func raw(_ stored: UInt16) -> Int {
        let shift = min(max(highBit + 1 - bitsStored, 0), 15)
        let value = Int(stored >> shift) & (1 << bitsStored - 1)
        return isSigned && value >> (bitsStored - 1) == 1 ? value - 1 << bitsStored : value
    }

    /// 0…1 of the range that is shown.
    private func shown(_ value: Int) -> Double {
        let rescaled = Double(value) * slope + intercept
        if let center, let width, width >= 1 {
            // The linear function: the window's ends are half a step inside (C.11.2.1.2.1).
            if width == 1 { return rescaled > center - 0.5 ? 1 : 0 }
            return (rescaled - (center - 0.5)) / (width - 1) + 0.5
        }
        let least = isSigned ? -(1 << (bitsStored - 1)) : 0
        let (low, high) = (
            Double(least) * slope + intercept, Double(least + 1 << bitsStored - 1) * slope + intercept
        )
        return high == low ? 0 : (rescaled - low) / (high - low)
    }

    /// One byte a sample.
    func bytes(_ samples: StoredSamples) -> [UInt8] {
        // Every possible sample once.
        let table = (0..<(1 << 16)).map { stored -> UInt8 in
            let part = min(max(shown(raw(UInt16(stored))), 0), 1)
            let level = UInt8((part * 255).rounded())
            return isInverted ? 255 - level : level
        }
        return samples.map { table[Int($0)] }
    }
}

/// Red, green and blue of luma and chroma, all of the full range.
enum YCbCr {
    /// In the arithmetic of the JPEG group's library, so that the bits are those of every decoder that is built on it (ITU-T T.871, section 7).
    static func convert(_ pixels: inout [UInt8]) {
        func fixed(_ factor: Double) -> Int { Int((factor * 65536).rounded()) }
        let chroma = (0..<256).map { $0 - 128 }
        let red = chroma.map { (fixed(1.40200) * $0 + 32768) >> 16 }
        let blue = chroma.map { (fixed(1.77200) * $0 + 32768) >> 16 }
        let greenOfCr = chroma.map { -fixed(0.71414) * $0 }
        let greenOfCb = chroma.map { -fixed(0.34414) * $0 + 32768 }
        func byte(_ value: Int) -> UInt8 { UInt8(clamping: value) }
        pixels.withUnsafeMutableBufferPointer { pixels in
            for at in stride(from: 0, to: pixels.count - 2, by: 3) {
                let (y, cb, cr) = (Int(pixels[at]), Int(pixels[at + 1]), Int(pixels[at + 2]))
                pixels[at] = byte(y + red[cr])
                pixels[at + 1] = byte(y + (greenOfCb[cb] + greenOfCr[cr]) >> 16)
                pixels[at + 2] = byte(y + blue[cb])
            }
        }
    }
}
