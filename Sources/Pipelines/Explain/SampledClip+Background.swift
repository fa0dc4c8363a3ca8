import Tensors
import Cine
package import Models
package import Video

extension SampledClip {
    /// The clip as the model saw it, in 8 bits, to draw maps on.
    /// - Parameter channels: the order of the clip's channels.
    /// - Returns: for each frame UInt8 `[y, x, RGB]`; values outside 0…1 are held.
    package func backgrounds(network channels: InputContract.Channels) -> [[UInt8]] {
        let area = clip.height * clip.width
        let order: [Int] =
            switch channels {
            case .rgb: [0, 1, 2]
            case .bgr: [2, 1, 0]
            case .luma: [0, 0, 0]
            }
        return clip.intensities.withUnsafeValues { values in
            (0..<clip.frames).map { frame in
                var pixels = [UInt8](repeating: 0, count: area * 3)
                for (position, channel) in order.enumerated() {
                    let start = (channel * clip.frames + frame) * area
                    for pixel in 0..<area {
                        let value = values[start + pixel]
                        pixels[pixel * 3 + position] =
                            value.isNaN ? 0 : UInt8((min(max(value, 0), 1) * 255).rounded())
                    }
                }
                return pixels
            }
        }
    }
}
