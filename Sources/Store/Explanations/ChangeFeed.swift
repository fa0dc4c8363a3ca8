import Synchronization

/// Tells those who watch an explanation, within this process, that it changed.
final class ChangeFeed: Sendable {
    typealias Continuation = AsyncStream<ExplanationRecord>.Continuation

    private struct Watchers {
        var next = 0
        var byExplanation: [String: [Int: Continuation]] = [:]
    }
    private let watchers = Mutex(Watchers())

    /// Adds a watcher and gives it what there is now.
    /// - Parameter read: is called while no other change is handed out, so that a watcher never sees an older state after a newer one.
    func watch(_ id: String, _ continuation: Continuation, read: () -> ExplanationRecord?) {
        watchers.withLock { watchers in
            let key = watchers.next
            watchers.next += 1
            guard Self.hand(read(), to: [continuation]) else { return }
            watchers.byExplanation[id, default: [:]][key] = continuation
            continuation.onTermination = { [weak self] reason in
                // A stream that is finished here is removed here, under the lock.
                guard case .cancelled = reason else { return }
                self?.remove(id, key)
            }
        }
    }

    /// Hands the state of an explanation to those who watch it; without them it is not read.
    func publish(_ id: String, read: () -> ExplanationRecord?) {
        watchers.withLock { watchers in
            guard let continuations = watchers.byExplanation[id]?.values else { return }
            if !Self.hand(read(), to: Array(continuations)) { watchers.byExplanation[id] = nil }
        }
    }

    private func remove(_ id: String, _ key: Int) {
        watchers.withLock { watchers in
            watchers.byExplanation[id]?[key] = nil
            if watchers.byExplanation[id]?.isEmpty == true { watchers.byExplanation[id] = nil }
        }
    }

    /// - Returns: whether more can come: not when it is final or gone, or could not be read.
    private static func hand(_ record: ExplanationRecord?, to continuations: [Continuation]) -> Bool {
        if let record { for continuation in continuations { continuation.yield(record) } }
        guard let record, !record.state.isFinal else {
            for continuation in continuations { continuation.finish() }
            return false
        }
        return true
    }
}

extension Store {
    /// The states of an explanation: the present one at once, then the newest after each change; ends after a final one, and at once when there
    /// is no such explanation. A reader that is slow misses what was in between.
    package func changes(explanation id: String) -> AsyncStream<ExplanationRecord> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: ExplanationRecord.self, bufferingPolicy: .bufferingNewest(1))
        feed.watch(id, continuation) { recordToShow(id) }
        return stream
    }

    /// To be called after each transaction that changed an explanation.
    func publish(_ id: String) {
        feed.publish(id) { recordToShow(id) }
    }

    /// A watcher of what cannot be read is let go: the same failure meets it where it asks for the record.
    private func recordToShow(_ id: String) -> ExplanationRecord? {
        do { return try explanation(id: id) } catch { return nil }
    }
}
