package import Cine

/// A clip and where its frames come from.
package struct SampledClip: Sendable {
    /// `[C, T, H, W]`; a decoded byte is byte/255 exactly.
    package let clip: Clip
    /// For each of the clip's frames the index of its source frame, from 0. Repeats when the last frame was; -1 for a
    /// black frame, which has none.
    package let sourceFrames: [Int]
    /// The size of the video's frames after rotation.
    package let sourceSize: ClipSize
    /// Frames a second; nil when the video states none, and for arrays.
    package let sourceFrameRate: Double?
    /// Whether they are framed, as those of DICOM objects are.
    package let isFramed: Bool
    /// Whether frames were scaled to the clip's size.
    package let resized: Bool

    package init(
        clip: Clip, sourceFrames: [Int], sourceSize: ClipSize, sourceFrameRate: Double?, isFramed: Bool, resized: Bool
    ) {
        self.clip = clip
        self.sourceFrames = sourceFrames
        self.sourceSize = sourceSize
        self.sourceFrameRate = sourceFrameRate
        self.isFramed = isFramed
        self.resized = resized
    }
}
