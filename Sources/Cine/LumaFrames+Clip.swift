import Tensors

extension LumaFrames {
    /// Rounds a clip to bytes (x·255, to nearest, held to 0…255) and takes the luma of Rec. 601 in the integer arithmetic that
    /// OpenCV uses for RGB (weights 9798, 19235, 3735 over 2¹⁵), so that flow equals OpenCV's on the same frames.
    ///
    /// - Parameters:
    ///   - clip: three channels, or one, which is taken as it is. Any other number of channels is averaged.
    ///   - order: of three channels.
    package init(of clip: Clip, order: ColourOrder) throws {
        let (red, blue) = order == .rgb ? (0, 2) : (2, 0)
        let (channels, plane) = (clip.channels, clip.frames * clip.height * clip.width)
        var luma = [UInt8](repeating: 0, count: plane)
        clip.intensities.withUnsafeValues { x in
            func byte(_ channel: Int, _ index: Int) -> Int {
                let value = (x[channel * plane + index] * 255).rounded(.toNearestOrEven)
                return Int(min(max(value.isNaN ? 0 : value, 0), 255))
            }
            for index in 0..<plane {
                switch channels {
                case 1: luma[index] = UInt8(byte(0, index))
                case 3:
                    let weighted = 9798 * byte(red, index) + 19235 * byte(1, index) + 3735 * byte(blue, index)
                    luma[index] = UInt8((weighted + 16384) >> 15)
                default:
                    let sum = (0..<channels).reduce(0) { $0 + byte($1, index) }
                    luma[index] = UInt8((sum + channels / 2) / channels)
                }
            }
        }
        try self.init(bytes: luma, frames: clip.frames, height: clip.height, width: clip.width)
    }
}

/// In which order a clip of three channels has its colours.
package enum ColourOrder: Hashable, Sendable { case rgb, bgr }
