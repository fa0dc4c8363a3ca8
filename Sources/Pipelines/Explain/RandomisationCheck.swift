import Attribution
import Cine
import Evaluation
import Models
import Tensors

/// The control of Adebayo and others, "Sanity Checks for Saliency Maps" (2018): does the map change when the network forgets?
///
/// Compares the map of the trained network, by the plain gradient for most methods, with those of the same architecture with random logits and with
/// random parameters throughout, at the same point and for the same scalar, by Spearman's rank correlation; with a map of random numbers beside
/// them. The shares of several random networks say which shares an untrained network would give.
struct RandomisationCheck {
    let network: Network
    let target: ResolvedTarget
    let seed: UInt64
    let clock: PassClock
    /// That makes the maps that are compared: the plain gradient, or what it cannot stand for.
    let method: any AttributionMethod

    /// Networks with all parameters random, for the spread of shares.
    static let networks = 5
    /// The trained network, the one with random logits, and the random ones.
    static let passes = networks + 2

    /// - Parameter report: called after every pass.
    func run(
        _ windows: WindowedAttribution, parallelism: Parallelism, report: @escaping @Sendable () throws -> Void
    ) throws -> RandomisationReport {
        func gradient(_ network: Network) throws -> AttributionResult {
            try windows.attribute(
                to: network.score(target, clock: clock), parallelism: parallelism, keeper: nil,
                method: { _ in method }
            ) { _, _ in try report() }.result
        }
        let trained = try gradient(network)
        let logits = try gradient(network.randomised(.logits, seed: seed))
        let random = try gradient(network.randomised(.allWeights, seed: seed))
        var shares = random.shares.map { [$0] } ?? []
        for index in 1..<UInt64(Self.networks) {
            let result = try gradient(network.randomised(.allWeights, seed: seed &+ index))
            if let more = result.shares { shares.append(more) }
        }
        return RandomisationReport(
            seed: seed,
            maps: try zip(trained.maps, zip(logits.maps, random.maps)).map { map, others in
                let ranked = RankedMap(map)
                return RandomisationReport.Map(
                    kind: map.kind, logits: MapSimilarity(ranked, RankedMap(others.0)),
                    allWeights: MapSimilarity(ranked, RankedMap(others.1)),
                    randomMap: MapSimilarity(ranked, RankedMap(try randomMap(like: map))))
            },
            shares: shares.isEmpty ? nil : UntrainedShares(shares))
    }

    /// Normal numbers in the shape of a map.
    private func randomMap(like map: AttributionMap) throws -> AttributionMap {
        let count = map.values.count
        let values = Tensor(uninitialized: map.values.shape) { values in
            PhiloxNoise(seed: seed).fill(values, component: .pixels, sample: 0, range: 0..<count)
        }
        return try AttributionMap(kind: map.kind, values: values)
    }
}
