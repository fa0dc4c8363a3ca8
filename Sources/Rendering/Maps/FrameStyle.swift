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

    /// - Parameters:
    ///   - magnitude: 0…1 of the scale.
    ///   - grey: of the frame, 0…255.
    ///   - color: an index of red in `table`.
    func mix(_ magnitude: Float, grey: Float, table: [UInt8], color: Int, into pixels: inout [UInt8], at index: Int) {
        let (opacity, brightness): (Float, Float) =
            switch style {
            // The square root lets the lower half of the scale be seen at all: dark colours cover before bright ones do.
            case .overlay: (alpha * magnitude.squareRoot(), 0.6)
            case .blend: (alpha, 1)
            case .map: (1, 0)
            }
        let ground = (1 - opacity) * brightness * grey
        for channel in 0..<3 {
            pixels[index + channel] = UInt8((ground + opacity * Float(table[color + channel])).rounded())
        }
    }
}
