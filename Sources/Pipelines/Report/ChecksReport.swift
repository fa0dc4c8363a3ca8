import Tensors
import Attribution
import Evaluation
package import Cine

/// The controls that were run.
package struct ChecksReport: Encodable, Hashable, Sendable {
    package var randomisation: RandomisationReport?
    package var repeatability: RepeatabilityReport?
}

/// How alike two maps of one kind are.
package struct MapSimilarity: Encodable, Hashable, Sendable {
    /// Rank correlation of the signed values, −1…1; nil when one of the maps is constant.
    package let spearman: Double?
    /// The same of their magnitudes.
    package let spearmanOfMagnitudes: Double?

    init(_ a: RankedMap, _ b: RankedMap) {
        spearman = a.signed.flatMap { a in b.signed.flatMap { RankCorrelation.spearman(a, $0) } }
        spearmanOfMagnitudes = a.magnitudes.flatMap { a in b.magnitudes.flatMap { RankCorrelation.spearman(a, $0) } }
    }
}

/// The maps of networks that forgot, compared with the explained one's.
package struct RandomisationReport: Encodable, Hashable, Sendable {
    package struct Map: Encodable, Hashable, Sendable {
        package let kind: MapKind
        /// Against the network with a random last layer. Behind a global mean that layer only weighs channels, so magnitudes stay alike.
        package let logits: MapSimilarity
        /// Against the network with random parameters throughout. Near 0 the map depends on what was learnt; edges of the clip stand out in any
        /// network, so magnitudes are not at 0 even for a good map.
        package let allWeights: MapSimilarity
        /// Against random numbers: what no similarity looks like.
        package let randomMap: MapSimilarity
    }

    /// Of the random parameters; further networks take the seeds after it.
    package let seed: UInt64
    package let maps: [Map]
    /// Nil in pixels.
    package let shares: UntrainedShares?
}

/// The shares that networks with random parameters give at the same clip.
package struct UntrainedShares: Encodable, Hashable, Sendable {
    package let networks: Int
    package let mean: SharesReport.Values
    /// Mean ± 1.96 standard deviations over the networks, within 0…1.
    package let intervals: SharesReport.Intervals

    init(_ shares: [Shares]) {
        networks = shares.count
        func part(_ value: (Shares) -> Shares.Part) -> (mean: Double, interval: [Double]) {
            let values = shares.map { value($0).share }
            let mean = values.reduce(0, +) / Double(values.count)
            let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            let deviation = values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() : 0
            return (mean, SharesReport.interval(mean, 1.96 * deviation))
        }
        let (a, m, r) = (part(\.appearance), part(\.motion), part(\.residual))
        mean = SharesReport.Values(appearance: a.mean, motion: m.mean, residual: r.mean)
        intervals = SharesReport.Intervals(appearance: a.interval, motion: m.interval, residual: r.interval)
    }
}

/// Whether other noise would have given the same maps.
package struct RepeatabilityReport: Encodable, Hashable, Sendable {
    package struct Map: Encodable, Hashable, Sendable {
        package let kind: MapKind
        /// One half of the samples against the other. Near 1 more samples would change nothing.
        package let halves: MapSimilarity
    }

    /// Of the mean gradient in pixels, as a part of its length.
    package let relativeStandardError: Double?
    package let maps: [Map]

    /// Nil below two samples.
    init?(_ sampling: SamplingFacts) {
        guard let halves = sampling.halves else { return nil }
        relativeStandardError = sampling.mapError
        maps = zip(halves.even, halves.odd).map { even, odd in
            Map(kind: even.kind, halves: MapSimilarity(RankedMap(even), RankedMap(odd)))
        }
    }
}
