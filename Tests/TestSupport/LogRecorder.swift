package import Logging
import Synchronization

/// Keeps what is logged.
package final class LogRecorder: Sendable {
    private let lines = Mutex<[String]>([])
    private let stream: AsyncStream<String>
    private let continuation: AsyncStream<String>.Continuation

    package init() { (stream, continuation) = AsyncStream.makeStream() }

    package var all: [String] { lines.withLock { $0 } }

    package var logger: Logger { Logger(label: "test") { _ in Handler(recorder: self) } }

    /// Waits for a line.
    package func line(containing text: String) async -> String? {
        for await line in stream where line.contains(text) { return line }
        return nil
    }

    private func add(_ line: String) {
        lines.withLock { $0.append(line) }
        continuation.yield(line)
    }

    private struct Handler: LogHandler {
        let recorder: LogRecorder
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .trace

        init(recorder: LogRecorder) { self.recorder = recorder }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            recorder.add("\(event.level) \(event.message) \(event.metadata ?? [:])")
        }
    }
}
