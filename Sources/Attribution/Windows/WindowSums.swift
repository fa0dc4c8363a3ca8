import Cine
import Tensors

/// Maps of windows, summed where they lie in the clip: what they take does not grow with the number of windows.
struct WindowSums {
    /// Of one kind.
    private struct Sum {
        let kind: MapKind
        /// Of the whole clip's map.
        let shape: Shape
        var values: [Double]
        /// Terms of each frame.
        var terms: [Int]
        let counted: CountedBytes
    }

    private let layout: WindowLayout
    private var sums: [Sum] = []

    init(_ layout: WindowLayout) { self.layout = layout }

    /// Adds the maps of a window. Those of the first frame are left out: each window has a first frame of its own, so there is nothing to average.
    /// - Parameter start: frame of the clip that the window begins with.
    mutating func add(_ maps: [AttributionMap], at start: Int) {
        let maps = maps.filter { $0.kind != .firstFrame }
        if sums.isEmpty { sums = maps.map(sum) }
        precondition(maps.map(\.kind) == sums.map(\.kind), "every window has maps of the same kinds")
        for (index, map) in maps.enumerated() { Self.add(map.values, to: &sums[index], at: start) }
    }

    private func sum(_ map: AttributionMap) -> Sum {
        // Flow and residual have no entry for a window's first frame, and so none for the clip's.
        let frames = layout.clipFrames - layout.frames + map.frames
        let shape: Shape = [map.components, frames, map.height, map.width]
        return Sum(
            kind: map.kind, shape: shape, values: Array(repeating: 0, count: shape.count),
            terms: Array(repeating: 0, count: frames), counted: CountedBytes(shape.count * GradientSum.numberBytes))
    }

    private static func add(_ window: Tensor, to sum: inout Sum, at start: Int) {
        let (frames, area) = (window.shape[1], window.shape[2] * window.shape[3])
        for frame in 0..<frames { sum.terms[start + frame] += 1 }
        let whole = sum.shape[1]
        sum.values.withUnsafeMutableBufferPointer { sums in
            window.withUnsafeValues { values in
                for component in 0..<window.shape[0] {
                    let target = (component * whole + start) * area
                    let source = component * frames * area
                    for place in 0..<frames * area { sums[target + place] += Double(values[source + place]) }
                }
            }
        }
    }

    /// The mean over the windows that cover a frame; zeros where none does.
    func maps() throws -> [AttributionMap] {
        try sums.map { sum in
            let (frames, area) = (sum.shape[1], sum.shape[2] * sum.shape[3])
            let mean = Tensor(uninitialized: sum.shape) { mean in
                for component in 0..<sum.shape[0] {
                    for frame in 0..<frames {
                        let divisor = Double(max(sum.terms[frame], 1))
                        let start = (component * frames + frame) * area
                        for place in start..<start + area { mean[place] = Float(sum.values[place] / divisor) }
                    }
                }
            }
            return try AttributionMap(kind: sum.kind, values: mean)
        }
    }
}
