/// Windows of one length that slide over a clip: where each begins, and how many of them cover a frame.
package struct WindowLayout: Hashable, Sendable {
    /// Of a window: what the model takes at once.
    package let frames: Int
    /// From the start of one window to the next, in frames; the last may be nearer, so that the clip's end is covered.
    package let stride: Int
    /// The frame of the clip that each window begins with, ascending.
    package let starts: [Int]

    /// One window, the clip itself.
    package init(single frames: Int) {
        self.frames = frames
        stride = frames
        starts = [0]
    }

    /// Windows over a whole clip: full ones a stride apart, and a last one that ends with the clip's last frame. A clip that is no longer than a
    /// window has one.
    /// - Parameters:
    ///   - clip: frames of the clip.
    ///   - limit: windows at most, the first ones; nil for all.
    /// - Precondition: a window has a frame, the stride is at least one frame and no longer than a window.
    package init(over clip: Int, frames: Int, stride: Int, limit: Int?) {
        precondition(frames > 0 && (1...frames).contains(stride), "windows that leave no frame out")
        self.frames = frames
        self.stride = stride
        let count = min(Self.count(over: clip, frames: frames, stride: stride), limit ?? .max)
        starts = (0..<max(count, 1)).map { min($0 * stride, max(clip - frames, 0)) }
    }

    /// How many windows there are in all, without making them.
    package static func count(over clip: Int, frames: Int, stride: Int) -> Int {
        clip <= frames ? 1 : (clip - frames + stride - 1) / stride + 1
    }

    package var count: Int { starts.count }

    /// Of the clip that they cover.
    package var clipFrames: Int { (starts.last ?? 0) + frames }

    /// For each frame of the clip the number of windows that cover it.
    package var coverage: [Int] {
        var coverage = [Int](repeating: 0, count: clipFrames)
        for start in starts { for frame in start..<start + frames { coverage[frame] += 1 } }
        return coverage
    }
}
