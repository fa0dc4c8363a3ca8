package import Cine
import Evaluation
import Rendering

extension EvaluationReport {
    /// The tables as a picture: for each task the ratios and rank correlations with their intervals.
    /// - Throws: `RenderingError`.
    package func figure() throws -> RGBImage {
        let plots = try zip(plan.subjects, tables).map { try plot($0, $1).image() }
        let canvas = try Canvas(
            width: plots.map(\.width).max() ?? 1, height: max(plots.reduce(0) { $0 + $1.height }, 1), color: .paper)
        var y = 0
        for plot in plots {
            canvas.draw(plot, x: 0, y: y)
            y += plot.height
        }
        return canvas.image
    }

    private func plot(_ subject: EvaluationPlan.Subject, _ table: StudyTable) -> IntervalPlot {
        let series = [
            LegendSign(shape: .dot, color: .motionPart, name: "trained network"),
            LegendSign(shape: .dot, color: .appearance, name: "network with random parameters"),
        ]
        func column(_ caption: String, _ reference: Double?, _ paths: [(StudyTable.Row) -> Estimate?])
            -> IntervalPlot.Column
        {
            IntervalPlot.Column(
                caption: caption, reference: reference,
                values: table.rows.map { row in
                    paths.enumerated().compactMap { index, path in
                        path(row).map { IntervalPlot.Value(series: index, mean: $0.mean, low: $0.low, high: $0.high) }
                    }
                })
        }
        return IntervalPlot(
            title: "\(subject.task.rawValue): \(subject.model), \(table.clips) clips, mean and 95 % interval",
            rows: table.rows.map(\.title), series: series,
            columns: [
                column(
                    "Target over union", 1, [\.trained.targetOverUnion, \.randomised.targetOverUnion]),
                column("Target over all", 1, [\.trained.targetOverAll, \.randomised.targetOverAll]),
                column(
                    "Rank correlation of magnitudes with a random network's map", 0, [\.allWeights.absolute]),
            ])
    }
}
