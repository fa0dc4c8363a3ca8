package import Cine
import Motion
import Tensors

/// How well the decomposition stands for the clip.
package struct FidelityReport: Encodable, Hashable, Sendable {
    /// The largest difference between the clip and its reconstruction, in intensity.
    package let reconstructionError: Double
    /// How much of the change from frame to frame flow explains: 1 − Σ E² / Σ (I_i − I_{i−1})². 1 is all; below 0 the warp is worse than
    /// no motion at all; nil when nothing changes.
    package let changeExplainedByFlow: Double?
    /// Mean length of the flow vectors, in pixels a frame.
    package let meanDisplacement: Double

    init(of decomposition: Decomposition, clip: Clip, parallelism: Parallelism) throws {
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

        let vectors = (frames - 1) * area
        let length = decomposition.flow.withUnsafeValues { flow in
            (0..<vectors).reduce(0.0) {
                $0 + Double((flow[$1] * flow[$1] + flow[$1 + vectors] * flow[$1 + vectors]).squareRoot())
            }
        }
        meanDisplacement = vectors > 0 ? length / Double(vectors) : 0
    }
}

/// The controls that were run.
package struct ChecksReport: Encodable, Hashable, Sendable {
    package var randomisation: RandomisationReport?
}

/// The maps of a network that knows nothing, compared with the explained one's.
package struct RandomisationReport: Encodable, Hashable, Sendable {
    package struct Similarity: Encodable, Hashable, Sendable {
        package let kind: MapKind
        /// Rank correlation of the plain gradients, −1…1; nil when one of them is constant. Near 0 the map depends on what was learnt.
        package let spearman: Double?
        /// The same of their magnitudes. Edges of the clip stand out in any network, so it is not 0 even for a good map.
        package let spearmanOfMagnitudes: Double?
    }

    /// Of the random parameters.
    package let seed: UInt64
    package let maps: [Similarity]
    /// The shares under the random network.
    package let shares: SharesReport?
}
