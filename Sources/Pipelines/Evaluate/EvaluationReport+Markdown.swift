import Attribution
import Evaluation
import Foundation

extension EvaluationReport {
    /// The report as text with tables.
    package var markdown: String {
        var text = "# Moving Shapes evaluation\n\n" + introduction
        if let selfTest {
            text += "\n## Self-test: \(selfTest.passed ? "passed" : "failed")\n\n"
            text +=
                MarkdownTable(
                    head: ["", "task", "property", "measured", "needed"],
                    rows: selfTest.properties.map {
                        [$0.passed ? "pass" : "FAIL", $0.task.rawValue, $0.name, $0.measured, $0.needed]
                    }
                ).text
        }
        for (subject, table) in zip(plan.subjects, tables) { text += section(subject, table) }
        text += "\n## The report's own numbers (Hughes, figure 2)\n\n"
        text +=
            MarkdownTable(
                head: ["", "logits", "all weights", "target / union", "target / all", "randomised: / union", "/ all"],
                rows: reported.map { row in
                    [row.title]
                        + [
                            row.logits, row.allWeights, row.targetOverUnion, row.targetOverAll, row.randomisedOverUnion,
                            row.randomisedOverAll,
                        ].map { String(format: "%.2f", $0) }
                }
            ).text
        text += "\n## Definitions\n\n"
        for definition in EvaluationDefinitions.all(margin: plan.options.margin) {
            text += "- **\(definition.name)**: \(definition.text)\n"
        }
        return text + "\n\(notice)\n"
    }

    private var introduction: String {
        let (options, shapes) = (plan.options, plan.options.shapes)
        return """
            \(plan.examples) clips a task (seed \(options.seed)): \(shapes.frames) frames of \(shapes.side)×\(shapes.side) pixels, noise with a \
            standard deviation of \(MarkdownTable.number(shapes.noise))/255, \(shapes.whiteDistractors) white moving and \(shapes.staticDistractors) \
            coloured standing distractors. SmoothGrad and integrated gradients took \(options.samples) samples, with noise of \
            \(MarkdownTable.number(options.levels.pixels)) of the range in pixels and \(MarkdownTable.number(options.levels.flow)) in the decomposition. \
            \(SoftwareVersion.name) \(plan.version).

            """
    }

    private func section(_ subject: EvaluationPlan.Subject, _ table: StudyTable) -> String {
        let accuracy =
            switch subject.task.measure {
            case .shareRight: String(format: "%.1f %% of the clips are answered rightly", 100 * table.accuracy)
            case .medianDegrees: String(format: "median error %.2f°", table.accuracy)
            }
        var text =
            "\n## \(subject.task.rawValue): \(subject.model)\n\n\(accuracy). Checkpoint \(subject.sha256.prefix(12)).\n\n"
        text +=
            MarkdownTable(
                head: [
                    "method/input", "logits", "(magnitudes)", "all weights", "(magnitudes)", "random map",
                    "target / union",
                    "target / all", "randomised: / union", "/ all",
                ],
                rows: table.rows.map { row in
                    [row.title]
                        + [
                            row.logits.signed, row.logits.absolute, row.allWeights.signed, row.allWeights.absolute,
                            row.randomMap.absolute, row.trained.targetOverUnion, row.trained.targetOverAll,
                            row.randomised.targetOverUnion, row.randomised.targetOverAll,
                        ].map(MarkdownTable.text)
                }
            ).text
        text += "\nOther readings of the same maps:\n\n"
        text +=
            MarkdownTable(
                head: [
                    "method/input", "rank (1 = least) / union", "/ all", "rank (1 = most) / union", "/ all",
                    "no margin: value / union", "AUC all", "AUC shapes", "pointing", "overlap", "randomised: AUC all",
                    "AUC shapes",
                ],
                rows: table.rows.map { row in
                    let places = row.trained
                    return [row.title]
                        + [
                            places.rankOverUnion, places.rankOverAll, places.reverseRankOverUnion,
                            places.reverseRankOverAll, row.trainedWithoutMargin.targetOverUnion, places.auc,
                            places.aucOfShapes, places.pointing, places.overlap, row.randomised.auc,
                            row.randomised.aucOfShapes,
                        ].map(MarkdownTable.text)
                }
            ).text
        return text + answers(table) + curves(table) + shares(table)
    }

    private func answers(_ table: StudyTable) -> String {
        let unit = table.task == .sides ? "right" : "median error"
        let change = table.task == .sides ? "loss of probability" : "turn of the answer in degrees"
        var text = "\nAnswers without a part of the clip:\n\n"
        text +=
            MarkdownTable(
                head: ["without", unit, change, "rank correlation with the part's share"],
                rows: table.losses.map { loss in
                    [
                        loss.ablation.rawValue.replacing("_", with: " "),
                        table.task == .sides
                            ? String(format: "%.1f %%", 100 * loss.accuracy) : String(format: "%.1f°", loss.accuracy),
                        MarkdownTable.text(loss.change),
                        loss.correlationWithShare.map { String(format: "%.2f", $0) } ?? "–",
                    ]
                }
            ).text
        text += "\nDirections against the target's, in degrees (90 by chance):\n\n"
        return text
            + MarkdownTable(
                head: ["of", "error"], rows: table.directions.map { [$0.name, MarkdownTable.text($0.degrees)] }
            ).text
    }

    private func curves(_ table: StudyTable) -> String {
        guard !table.curves.isEmpty else { return "" }
        func cells(_ orders: StudyTable.Orders) -> [String] {
            [orders.ordered, orders.random, orders.reverse].map(MarkdownTable.text)
        }
        return
            "\nAreas under curves over \(table.curves[0].deletion.ordered?.clips ?? 0) clips (order of the map, by chance, in reverse):\n\n"
            + MarkdownTable(
                head: [
                    "method/input", "deletion", "chance", "reverse", "insertion", "chance", "reverse",
                    "frames frozen", "chance", "reverse",
                ],
                rows: table.curves.map {
                    [$0.title] + cells($0.deletion) + cells($0.insertion) + cells($0.freezing)
                }
            ).text
    }

    private func shares(_ table: StudyTable) -> String {
        "\nShares of the plain gradient:\n\n"
            + MarkdownTable(
                head: ["network", "appearance", "motion", "residual"],
                rows: table.shares.map {
                    [$0.network.replacing("_", with: " ")]
                        + [$0.appearance, $0.motion, $0.residual].map(MarkdownTable.text)
                }
            ).text
    }
}

/// A table in Markdown.
struct MarkdownTable {
    let head: [String]
    let rows: [[String]]

    var text: String {
        let rule = head.indices.map { $0 == 0 ? "---" : "---:" }
        return ([head, rule] + rows).map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
    }

    /// `1.23 ± 0.04`
    static func text(_ estimate: Estimate?) -> String {
        guard let estimate else { return "–" }
        let mean = String(format: "%.2f", estimate.mean)
        return estimate.half.map { mean + String(format: " ± %.2f", $0) } ?? mean
    }

    /// Without zeros behind the point.
    static func number(_ value: Double) -> String { String(format: "%g", value) }
}
