import Attribution

/// What each frame has to do with the score.
package struct TimelineReport: Encodable, Hashable, Sendable {
    package struct Frame: Encodable, Hashable, Sendable {
        /// Of the clip, and of the video it was taken from; the latter is nil for frames that fill up a short one.
        package let frame: Int
        package let sourceFrame: Int?
        /// Mean magnitude of the pixels' map.
        package let pixels: Double
        /// `Σ_p |Σ_c ∂y/∂v · v|`, in units of the score: of the first frame for frame 0, of flow and residual into the others. Nil in pixels.
        package let appearance, motion, residual: Double?
    }

    package let frames: [Frame]
    package let remark =
        "The residual of a frame carries the importance of all later frames, so its values fall with the frame by construction."

    init(_ timeline: Timeline, sourceFrames: [Int]) {
        frames = timeline.frames.enumerated().map { index, frame in
            Frame(
                frame: index,
                sourceFrame: sourceFrames.indices.contains(index) && sourceFrames[index] >= 0
                    ? sourceFrames[index] : nil,
                pixels: frame.pixels, appearance: frame.appearance, motion: frame.motion, residual: frame.residual)
        }
    }
}
