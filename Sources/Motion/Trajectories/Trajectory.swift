package import Cine

/// A point that is carried from frame to frame (section 2.3 of the report): `P_{t+1} = P_t + F_{t+1}(P_t)` with forward flow F.
package struct Trajectory: Hashable, Sendable {
    /// The frame of the clip that the first point lies in.
    package let firstFrame: Int
    /// One a frame, in pixels of the clip.
    package let points: [PixelPoint]

    package init(firstFrame: Int, points: [PixelPoint]) {
        self.firstFrame = firstFrame
        self.points = points
    }

    /// The frames that it passes through.
    package var frames: Range<Int> { firstFrame..<firstFrame + points.count }

    /// - Precondition: `frames` contains the frame.
    package func point(at frame: Int) -> PixelPoint { points[frame - firstFrame] }
}
