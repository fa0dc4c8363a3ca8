import Cine
import Motion
import Tensors

/// How well the decomposition stands for the clip.
package struct FidelityReport: Encodable, Hashable, Sendable {
    /// The largest difference between the clip and its reconstruction, in intensity.
    package let reconstructionError: Double
    /// How much of the change from frame to frame flow explains: 1 − Σ E² / Σ (I_i − I_{i−1})². 1 is all; below 0 the warp is worse than
    /// no motion at all; nil when nothing changes.
    package let changeExplainedByFlow: Double?
    /// Σ E² / Σ I_i² over the frames from 1: how much of their energy is in the residual.
    package let residualEnergy: Double
    /// Length of the flow vectors, in pixels a frame.
    package let displacement: Displacement
    /// The part of vectors that read outside the frame, where its border stands in.
    package let readsOutside: Double
    /// The part of places where flow forward and back agree: `|F + f|² ≤ 0.01 (|F|² + |f|²) + 0.5` (Sundaram and others, 2010). Nil for flow
    /// that was given, whose way forward is not known.
    package let consistentFlow: Double?

    package struct Displacement: Encodable, Hashable, Sendable {
        package let mean, median, percentile90, percentile99, maximum: Double

        init(_ lengths: [Double]) {
            let sorted = lengths.sorted()
            func percentile(_ part: Double) -> Double {
                sorted.isEmpty ? 0 : sorted[Int((part * Double(sorted.count - 1)).rounded())]
            }
            mean = sorted.isEmpty ? 0 : sorted.reduce(0, +) / Double(sorted.count)
            (median, percentile90, percentile99) = (percentile(0.5), percentile(0.9), percentile(0.99))
            maximum = percentile(1)
        }
    }

    /// - Parameter forward: forward flow of the same clip; nil when it is not known.
    init(of decomposition: Decomposition, forward: FlowField?, clip: Clip, parallelism: Parallelism) throws {
        let rebuilt = try Decomposition.reconstruction(
            firstFrame: decomposition.firstFrame, flow: decomposition.flow, residual: decomposition.error,
            parallelism: parallelism)
        var worst = 0.0
        rebuilt.withUnsafeValues { rebuilt in
            clip.intensities.withUnsafeValues { clip in
                for index in clip.indices { worst = max(worst, Double(abs(clip[index] - rebuilt[index]))) }
            }
        }
        reconstructionError = worst

        let area = clip.height * clip.width
        let (channels, frames) = (clip.channels, clip.frames)
        let change = clip.intensities.withUnsafeValues { values in
            (0..<channels).reduce(0.0) { sum, channel in
                (area..<frames * area).reduce(into: sum) { sum, place in
                    let index = channel * frames * area + place
                    let difference = Double(values[index] - values[index - area])
                    sum += difference * difference
                }
            }
        }
        let left = decomposition.error.withUnsafeValues { $0.reduce(0.0) { $0 + Double($1) * Double($1) } }
        changeExplainedByFlow = change > 0 ? 1 - left / change : nil

        let energy = clip.intensities.withUnsafeValues { values in
            (0..<channels).reduce(0.0) { sum, channel in
                let start = channel * frames * area
                return sum + values[start + area..<start + frames * area].reduce(0.0) { $0 + Double($1) * Double($1) }
            }
        }
        residualEnergy = energy > 0 ? left / energy : 0

        let (height, width) = (clip.height, clip.width)
        let vectors = (frames - 1) * area
        var outside = 0
        let lengths = decomposition.flow.withUnsafeValues { flow in
            (0..<vectors).map { index in
                let vector = PixelPoint(x: Double(flow[index]), y: Double(flow[vectors + index]))
                let place = PixelPoint(x: Double(index % width), y: Double(index / width % height))
                if !(place + vector).isInside(width: width, height: height) { outside += 1 }
                return vector.length
            }
        }
        displacement = Displacement(lengths)
        readsOutside = vectors > 0 ? Double(outside) / Double(vectors) : 0
        consistentFlow = try forward.map { forward in
            try FlowConsistency.agreement(
                forward: forward, sampling: FlowField(displacements: decomposition.flow, direction: .sampling))
        }
    }
}
