import Foundation
import Pipelines
import Synchronization

/// One line on a terminal that tells how far the work is and how long it takes; nothing in a pipe.
final class ProgressBar: Sendable {
    private let isShown: Bool
    private let start = ContinuousClock().now
    private let isOpen = Mutex(false)

    /// Whether the errors' stream, to which the bar is written, is a terminal.
    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    init(isShown: Bool) { self.isShown = isShown }

    func show(_ progress: ExplainProgress) {
        guard isShown else { return }
        let width = 30
        let done = progress.total > 0 ? progress.completed * width / progress.total : 0
        let bar = String(repeating: "█", count: done) + String(repeating: "░", count: width - done)
        var line =
            "\r\(progress.stage.rawValue.padding(toLength: 11, withPad: " ", startingAt: 0)) \(bar) \(progress.completed)/\(progress.total)"
        if let window = progress.window, let windows = progress.windows {
            line += "  window \(window + 1) of \(windows)"
        }
        if progress.completed > 1 {
            let elapsed = ContinuousClock().now - start
            let rest = elapsed / progress.completed * (progress.total - progress.completed)
            line += "  \(rest.components.seconds) s left"
        }
        if let value = progress.value {
            line += "  score " + String(format: "%.4g", value)
            if let error = progress.standardError { line += " ± " + String(format: "%.2g", error) }
        }
        isOpen.withLock { $0 = true }
        // The rest of the line is erased: it may have been longer.
        FileHandle.standardError.write(Data((line + "\u{1B}[K").utf8))
    }

    /// Removes the bar.
    func finish() {
        let wasOpen = isOpen.withLock { isOpen in
            defer { isOpen = false }
            return isOpen
        }
        if wasOpen { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
    }
}
