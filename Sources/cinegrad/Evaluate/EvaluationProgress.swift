import Evaluation
import Foundation

/// How far an evaluation is: one line that stays on a terminal, nothing in a pipe.
final class EvaluationProgress {
    private let isShown: Bool
    private let clips: Int
    private var (done, measured) = (0, 0)
    private let start = ContinuousClock().now

    init(clips: Int, isQuiet: Bool) {
        self.clips = clips
        isShown = !isQuiet && ProgressBar.isTerminal
    }

    /// Clips that were measured before.
    func skip(_ count: Int) { done += count }

    func finish(_ task: MovingShapesTask) {
        done += 1
        measured += 1
        guard isShown else { return }
        let seconds = ((ContinuousClock().now - start) / measured * (clips - done)).components.seconds
        write("\r\(task.rawValue)  clip \(done) of \(clips)  \(seconds) s left\u{1B}[K")
    }

    func close() { if isShown { write("\r\u{1B}[K") } }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
