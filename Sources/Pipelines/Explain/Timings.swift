import Synchronization

/// How long the stages took.
struct Stopwatch {
    private let clock = ContinuousClock()
    private var last: ContinuousClock.Instant
    private(set) var seconds: [String: Double] = [:]

    init() { last = clock.now }

    /// The time since the last stage was finished.
    mutating func finish(_ stage: String) {
        let now = clock.now
        seconds[stage] = (now - last).seconds
        last = now
    }
}

/// How long passes through the model took, whichever stage they were part of.
final class PassClock: Sendable {
    enum Direction: Hashable, Sendable { case forward, backward }

    private let passed = Mutex<(forward: Duration, backward: Duration)>((.zero, .zero))

    func add(_ duration: Duration, to direction: Direction) {
        passed.withLock { passed in
            switch direction {
            case .forward: passed.forward += duration
            case .backward: passed.backward += duration
            }
        }
    }

    /// Runs a pass.
    func timing<Result>(_ direction: Direction, _ body: () throws -> Result) rethrows -> Result {
        let clock = ContinuousClock()
        let start = clock.now
        defer { add(clock.now - start, to: direction) }
        return try body()
    }

    /// Passes that ran at the same time count each.
    var seconds: (forward: Double, backward: Double) {
        passed.withLock { ($0.forward.seconds, $0.backward.seconds) }
    }
}

/// Where the time of an explanation went, in seconds.
struct Timings: Hashable, Sendable {
    /// One after another.
    let stages: [String: Double]
    /// Within prediction, attribution and checks.
    let forward, backward: Double

    init(stages: [String: Double], passes: PassClock) {
        self.stages = stages
        (forward, backward) = passes.seconds
    }

    var total: Double { stages.values.reduce(0, +) }

    /// Stages and passes by name. The time that storing takes is added when it is known.
    var named: [String: Double] { stages.merging(["forward": forward, "backward": backward]) { stage, _ in stage } }
}

extension Duration {
    /// With the fraction.
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
