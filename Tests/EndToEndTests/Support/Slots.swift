import Foundation
import Synchronization

/// How many programs of one kind run at a time: tests run all at once, and each of their programs wants every processor and its own memory.
final class Slots: Sendable {
    /// For ``ServiceProcess``. No test needs two at once.
    static let services = Slots(ProcessInfo.processInfo.activeProcessorCount + 1)
    /// For commands that end by themselves; apart, since a test may wait for one while its service runs.
    static let commands = Slots(ProcessInfo.processInfo.activeProcessorCount)

    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    private init(_ count: Int) { state = Mutex(State(free: count)) }

    /// Waits until one is free and takes it.
    func take() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.free > 0 else {
                    state.waiting.append(continuation)
                    return false
                }
                state.free -= 1
                return true
            }
            if isFree { continuation.resume() }
        }
    }

    /// Hands one to whoever waits longest.
    func give() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.free += 1
            return nil
        }
        next?.resume()
    }
}
