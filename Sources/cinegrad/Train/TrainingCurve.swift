import Evaluation
import Foundation
import Rendering
import Training

/// `curve.png`: the losses and the validations of a training, drawn.
struct TrainingCurve {
    let log: TrainingLog
    let configuration: TrainingConfiguration

    /// - Throws: `RenderingError`, `PNGError`.
    func png() throws -> Data {
        func points(_ value: (TrainingLog.Entry) -> Double?) -> [(step: Int, value: Double)] {
            log.entries.compactMap { entry in value(entry).map { (entry.step, $0) } }
        }
        let measure =
            switch configuration.task.measure {
            case .shareRight: "Share of fresh clips that are answered rightly"
            case .medianDegrees: "Median error on fresh clips, in degrees"
            }
        let charts = [
            LearningCurve.Chart(
                caption: configuration.task == .sides ? "Loss: cross-entropy" : "Loss: mean squared error",
                color: RGBColor(92, 160, 255), points: points(\.loss)),
            LearningCurve.Chart(
                caption: "Loss of the question what is where", color: RGBColor(160, 200, 255),
                points: points(\.locationLoss)),
            LearningCurve.Chart(caption: measure, color: RGBColor(255, 160, 64), points: points(\.validation)),
        ]
        let curve = LearningCurve(
            title:
                "Moving Shapes, \(configuration.task.rawValue): \(configuration.steps) steps of \(configuration.batch) clips, seed \(configuration.seed)",
            charts: charts.filter { !$0.points.isEmpty }, steps: configuration.steps)
        return Data(try PNG.encode(try curve.image(), text: [("Software", "Cinegrad")]))
    }
}
