import Foundation
import Training

/// What a training shows: one line that stays on a terminal, a line for each entry of the log in a pipe.
final class TrainingDisplay {
    private let isQuiet: Bool
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let start = ContinuousClock().now
    private let first: Int

    init(_ run: TrainingRun, isQuiet: Bool) {
        self.isQuiet = isQuiet
        first = run.trainer.step
    }

    func show(_ event: TrainingRun.Event) {
        guard !isQuiet else { return }
        switch event {
        case .step(let report, let total):
            guard isTerminal else { return }
            let width = 30
            let done = report.step * width / total
            let bar = String(repeating: "█", count: done) + String(repeating: "░", count: width - done)
            write(
                "\rtraining \(bar) \(report.step)/\(total)  \(rest(report.step, total))  loss \(short(report.loss))\u{1B}[K"
            )
        case .logged(let entry):
            if isTerminal { write("\r\u{1B}[K") }
            write(line(entry) + "\n")
        case .saved: break
        }
    }

    func finish() {
        if isTerminal && !isQuiet { write("\r\u{1B}[K") }
    }

    private func line(_ entry: TrainingLog.Entry) -> String {
        var parts = ["step \(entry.step)"]
        if let loss = entry.loss { parts.append("loss \(short(loss))") }
        if let loss = entry.locationLoss { parts.append("location \(short(loss))") }
        if let rate = entry.learningRate { parts.append("rate \(short(rate))") }
        if let seconds = entry.secondsPerStep { parts.append("\(short(seconds)) s a step") }
        if let value = entry.validation, let clips = entry.clips {
            parts.append("validation \(short(value)) over \(clips) clips")
        }
        return parts.joined(separator: "  ")
    }

    private func rest(_ step: Int, _ total: Int) -> String {
        guard step > first + 1 else { return "" }
        let elapsed = ContinuousClock().now - start
        let seconds = (elapsed / (step - first) * (total - step)).components.seconds
        return seconds >= 120 ? "\(seconds / 60) min left" : "\(seconds) s left"
    }

    private func short(_ value: Double) -> String { String(format: "%.4g", value) }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
