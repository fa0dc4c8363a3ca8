import Motion
package import Tensors

/// A clip and the windows that it is explained by.
package struct WindowedInput: Sendable {
    /// `[C, T, H, W]`, intensities of the whole clip.
    package let clip: Tensor
    /// The whole clip in the space's variables. Its flow is estimated once: a window takes its part.
    package let whole: AttributionInput
    package let layout: WindowLayout

    /// - Precondition: the windows cover the clip.
    package init(clip: Tensor, whole: AttributionInput, layout: WindowLayout) {
        precondition(clip.shape[1] == layout.clipFrames, "windows over \(layout.clipFrames) frames")
        self.clip = clip
        self.whole = whole
        self.layout = layout
    }

    /// One window by itself, as a clip that was cut out would be taken apart: its first frame is its own.
    package func window(_ index: Int) -> AttributionInput {
        guard layout.count > 1 else { return whole }
        let start = layout.starts[index]
        let range = start..<start + layout.frames
        switch whole {
        case .pixels: return .pixels(clip.frames(range))
        case .decomposition(let decomposition):
            let pairs = start..<start + layout.frames - 1
            return .decomposition(
                Decomposition(
                    parts: DecompositionParts(
                        firstFrame: clip.frames(start..<start + 1), flow: decomposition.flow.frames(pairs),
                        error: decomposition.error.frames(pairs))))
        }
    }
}

extension Tensor {
    /// Some entries along the second axis of four.
    func frames(_ range: Range<Int>) -> Tensor {
        let area = shape[2] * shape[3]
        return withUnsafeValues { values in
            Tensor(uninitialized: [shape[0], range.count, shape[2], shape[3]]) { part in
                for component in 0..<shape[0] {
                    let source = (component * shape[1] + range.lowerBound) * area
                    let target = component * range.count * area
                    _ = part[target..<target + range.count * area].update(
                        fromContentsOf: values[source..<source + range.count * area])
                }
            }
        }
    }
}
