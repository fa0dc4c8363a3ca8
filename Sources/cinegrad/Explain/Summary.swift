import Cine
import Foundation
import Pipelines

/// What a person wants to know at once.
struct Summary {
    let text: String

    init(_ report: ExplanationReport, directory: String) {
        var lines: [String] = []
        let prediction = report.prediction
        if let label = prediction.label ?? prediction.output.map({ "output \($0)" }) {
            let share = prediction.probability.map { String(format: " (%.1f %%)", 100 * $0) } ?? ""
            lines.append("prediction    \(label)\(share)")
        } else {
            let names = prediction.names ?? []
            let values = prediction.scores.prefix(4).enumerated().map { index, score in
                (names.indices.contains(index) ? "\(names[index]) " : "") + String(format: "%.4g", score)
            }
            lines.append("prediction    " + values.joined(separator: ", "))
        }
        if let windows = report.windows {
            let spread = windows.spread.map { String(format: ", target ± %.2g between them", $0.value) } ?? ""
            lines.append(
                "windows       \(windows.count) of \(windows.frames) frames, \(windows.stride) apart\(spread)")
        }
        lines.append("explained     \(report.target.description) = \(String(format: "%.4g", report.target.value))")
        if let shares = report.shares {
            func part(_ name: String, _ value: Double, _ error: Double?) -> String {
                name + String(format: " %.1f %%", 100 * value)
                    + (error.map { String(format: " ± %.1f", 100 * $0) } ?? "")
            }
            lines.append(
                "depends on    "
                    + [
                        part("appearance", shares.appearance, shares.standardErrors?.appearance),
                        part("motion", shares.motion, shares.standardErrors?.motion),
                        part("residual", shares.residual, shares.standardErrors?.residual),
                    ].joined(separator: ", "))
        }
        if let completeness = report.completeness {
            lines.append(
                String(
                    format: "adds up to    %.4g of %.4g, the difference to %@", completeness.sum,
                    completeness.difference, completeness.baseline))
        }
        if let randomisation = report.checks.randomisation {
            let values = randomisation.maps.map { map in
                "\(map.kind.rawValue) " + (map.allWeights.spearman.map { String(format: "%.2f", $0) } ?? "constant")
            }
            lines.append(
                "randomised    rank correlation of the maps with those of a random model: "
                    + values.joined(separator: ", "))
        }
        lines += report.reading.map { "              \($0)" }
        let cost = report.cost
        lines.append(
            String(
                format: "took          %.1f s at %.3g GFLOP/s, %.0f MB of %.0f predicted at most",
                report.provenance.seconds, cost.flopsPerSecond / 1e9, Double(cost.actual.bytes) / 1e6,
                Double(cost.estimate.bytes) / 1e6))
        lines.append(
            "written to    \(directory): report.json, "
                + report.maps.map { "\($0.kind.rawValue).npy/.png" }.joined(separator: ", "))
        lines.append(report.notice)
        text = lines.joined(separator: "\n")
    }

    /// What an explanation would take.
    /// - Parameter windows: over the video; nil unless they were asked for.
    init(_ cost: ExplainCost, windows: Int?) {
        let forward = windows.map { "one forward for each of \($0) windows" } ?? "one forward"
        text = """
            passes        \(cost.passes) forward and backward, and \(forward)
            operations    \(String(format: "%.3g", Double(cost.flops) / 1e9)) GFLOP
            memory        \(String(format: "%.0f", Double(cost.bytes) / 1e6)) MB at most, during \(cost.peak.rawValue)
            """
    }
}
