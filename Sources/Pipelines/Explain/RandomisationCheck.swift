import Attribution
import Cine
import Evaluation
import Models
import Tensors

/// The control of Adebayo and others, "Sanity Checks for Saliency Maps" (2018): does the map change when the network forgets everything?
///
/// Compares the plain gradient of the trained network with that of the same architecture with random parameters, at the same point and for
/// the same scalar, by Spearman's rank correlation.
struct RandomisationCheck {
    let network: Network
    let target: ResolvedTarget
    let seed: UInt64

    /// Two passes through networks.
    func run(_ input: AttributionInput, parallelism: Parallelism) throws -> RandomisationReport {
        let control = RunControl(parallelism: parallelism) { _ in }
        let trained = try Gradient().attribute(input, to: network.score(target), control: control)
        let random = try Gradient().attribute(
            input, to: network.randomised(seed: seed).score(target), control: control)
        return RandomisationReport(
            seed: seed,
            maps: zip(trained.maps, random.maps).map { map, other in
                let (a, b) = (map.values.values, other.values.values)
                return RandomisationReport.Similarity(
                    kind: map.kind, spearman: RankCorrelation.spearman(a, b),
                    spearmanOfMagnitudes: RankCorrelation.spearman(a.map(abs), b.map(abs)))
            },
            shares: random.shares.map(SharesReport.init))
    }
}
