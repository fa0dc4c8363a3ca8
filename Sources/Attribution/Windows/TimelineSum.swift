import Cine
import Motion

extension Timeline {
    /// Of a result whose maps are derivatives; nil when it has no map in pixels.
    package init?(_ result: AttributionResult, of input: AttributionInput) {
        guard let pixels = result.map(.pixels)?.values else { return nil }
        guard case .decomposition(let decomposition) = input, let first = result.map(.firstFrame)?.values,
            let flow = result.map(.flow)?.values, let error = result.map(.error)?.values
        else {
            self.init(gradient: pixels, decomposition: nil)
            return
        }
        self.init(
            gradient: pixels,
            decomposition: (decomposition.parts, DecompositionParts(firstFrame: first, flow: flow, error: error)))
    }
}

/// Timelines of windows, summed where they lie in the clip.
struct TimelineSum {
    /// Appearance, motion and residual are 0 in pixels.
    private struct Sum {
        var pixels = 0.0, appearance = 0.0, motion = 0.0, residual = 0.0
        var terms = 0
    }
    private var sums: [Sum]
    private var hasParts = false

    init(frames: Int) { sums = Array(repeating: Sum(), count: frames) }

    mutating func add(_ timeline: Timeline, at start: Int) {
        for (index, frame) in timeline.frames.enumerated() {
            sums[start + index].pixels += frame.pixels
            sums[start + index].appearance += frame.appearance ?? 0
            sums[start + index].motion += frame.motion ?? 0
            sums[start + index].residual += frame.residual ?? 0
            sums[start + index].terms += 1
            if frame.motion != nil { hasParts = true }
        }
    }

    /// Over the windows that cover a frame.
    var mean: Timeline {
        Timeline(
            frames: sums.map { sum in
                let count = Double(max(sum.terms, 1))
                func part(_ value: Double) -> Double? { hasParts ? value / count : nil }
                return Timeline.Frame(
                    pixels: sum.pixels / count, appearance: part(sum.appearance), motion: part(sum.motion),
                    residual: part(sum.residual))
            })
    }
}
