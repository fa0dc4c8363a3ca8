/// How a map and the frame that it belongs to share a picture. The raw values are the names in the HTTP interface.
package enum FrameStyle: String, Hashable, Sendable, CaseIterable {
    /// The frame in dimmed grey, over it colours whose opacity grows with the magnitude.
    case overlay
    /// Grey frame and colours mixed evenly.
    case blend
    /// The colours alone.
    case map
}

/// How much of a pixel is the map's colour and how much the frame's grey.
struct FrameMixture {
    let style: FrameStyle
    /// 0…1: the largest opacity of an overlay, the share of the colours in a blend.
    let alpha: Float

    /// A picture of `count` pixels, as red, green and blue.
    /// - Parameters:
    ///   - luma: of the frame at each pixel, 0…255; nil is black.
    ///   - table: colours, as red, green and blue.
    ///   - value: of a pixel: its magnitude, 0…1 of the scale, and the index of its red in `table`.
    func mixed(
        count: Int, luma: [Float]?, table: [UInt8], value: (Int) -> (magnitude: Float, color: Int)
    ) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 3 * count) { pixels, initialized in
            for index in 0..<count {
                let (magnitude, color) = value(index)
                let (opacity, brightness): (Float, Float) =
                    switch style {
                    // The square root lets the lower half of the scale be seen at all: dark colours cover before bright ones do.
                    case .overlay: (alpha * magnitude.squareRoot(), 0.6)
                    case .blend: (alpha, 1)
                    case .map: (1, 0)
                    }
                let ground = (1 - opacity) * brightness * (luma?[index] ?? 0)
                for channel in 0..<3 {
                    // Half up, by cutting off: without SSE 4.1 `rounded()` is a call for every byte.
                    pixels[3 * index + channel] = UInt8(ground + opacity * Float(table[color + channel]) + 0.5)
                }
            }
            initialized = 3 * count
        }
    }
}
