import Cine
import Foundation

/// What the numbers of a report permit to say, in plain words.
struct Reading {
    let sentences: [String]

    init(shares: SharesReport?, fidelity: FidelityReport?, checks: ChecksReport) {
        sentences =
            Self.shares(shares) + Self.fidelity(fidelity) + Self.randomisation(checks.randomisation)
            + Self.repeatability(checks.repeatability)
    }

    private static func percent(_ part: Double) -> String { String(format: "%.0f %%", 100 * part) }

    private static func shares(_ shares: SharesReport?) -> [String] {
        guard let shares else { return [] }
        var text = [
            "The score depends on the first frame by \(percent(shares.appearance)), on motion by \(percent(shares.motion)) and on what motion does not explain by \(percent(shares.residual))."
        ]
        if let informative = shares.informative {
            let vague = [
                informative.appearance ? nil : "appearance", informative.motion ? nil : "motion",
                informative.residual ? nil : "residual",
            ].compactMap { $0 }
            text.append(
                vague.isEmpty
                    ? "Networks that have learnt nothing give other shares, so these say something about this one."
                    : "Networks that have learnt nothing give the same share of \(vague.joined(separator: " and ")): it says nothing about this one."
            )
        }
        return text
    }

    private static func fidelity(_ fidelity: FidelityReport?) -> [String] {
        guard let fidelity else { return [] }
        var text: [String] = []
        if let explained = fidelity.changeExplainedByFlow {
            text.append(
                explained >= 0.5
                    ? "Flow explains \(percent(explained)) of the change from frame to frame: the parts stand for motion and appearance well."
                    : "Flow explains only \(percent(max(explained, 0))) of the change from frame to frame: much of what moves is in the residual, so read its map as motion too."
            )
        } else {
            text.append("Nothing changes in this clip, so its maps say nothing about motion.")
        }
        if let consistent = fidelity.consistentFlow, consistent < 0.8 {
            text.append(
                "Flow forward and back disagree at \(percent(1 - consistent)) of the places: single vectors there mean little."
            )
        }
        return text
    }

    private static func randomisation(_ report: RandomisationReport?) -> [String] {
        guard let report else { return [] }
        let alike = report.maps.filter { abs($0.allWeights.spearman ?? 0) >= 0.3 }.map(\.kind.rawValue)
        let edges = report.maps.filter { ($0.allWeights.spearmanOfMagnitudes ?? 0) >= 0.5 }.map(\.kind.rawValue)
        var text: [String] = []
        text.append(
            alike.isEmpty
                ? "Signed maps of a network with random weights are unlike these: they show what this one has learnt."
                : "The map \(alike.joined(separator: ", ")) is like that of a network with random weights: don't read it as what this one has learnt."
        )
        if !edges.isEmpty {
            text.append(
                "Where the map \(edges.joined(separator: ", ")) is strong, it is strong for a random network too: edges of the clip alone do that."
            )
        }
        return text
    }

    private static func repeatability(_ report: RepeatabilityReport?) -> [String] {
        guard let report, let error = report.relativeStandardError else { return [] }
        return [
            error <= 0.1
                ? "More samples would change the map by about \(percent(error))."
                : "Sampling leaves an error of about \(percent(error)) in the map: take more samples before reading single pixels."
        ]
    }
}
