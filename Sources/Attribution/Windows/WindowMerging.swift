import Cine
import Motion
import Tensors

/// Puts the results of windows together, one after another.
struct WindowMerging {
    private let layout: WindowLayout
    private let average: ScoreAverage
    private var maps, even, odd: WindowSums
    private var timeline: TimelineSum?
    private var windows: [WindowResult] = []
    private var sampling: [SamplingNumbers] = []
    private var completeness: [Completeness] = []
    private var passes = 0
    private var noisyClip: Tensor?

    init(_ layout: WindowLayout, average: ScoreAverage) {
        self.layout = layout
        self.average = average
        (maps, even, odd) = (WindowSums(layout), WindowSums(layout), WindowSums(layout))
    }

    /// Windows so far.
    var count: Int { windows.count }

    mutating func add(_ result: AttributionResult, of window: AttributionInput, at start: Int, isDerivative: Bool) {
        maps.add(result.maps, at: start)
        if let facts = result.sampling {
            if let halves = facts.halves {
                even.add(halves.even, at: start)
                odd.add(halves.odd, at: start)
            }
            sampling.append(SamplingNumbers(facts))
            noisyClip = noisyClip ?? facts.noisyClip
        }
        if isDerivative, let frames = Timeline(result, of: window) {
            timeline = timeline ?? TimelineSum(frames: layout.clipFrames)
            timeline?.add(frames, at: start)
        }
        if let sum = result.completeness { completeness.append(sum) }
        passes += result.passes
        windows.append(WindowResult(result, at: start))
    }

    func partial() throws -> PartialMaps { try partial(maps, further: 0) }

    /// The same with what is finished of the window that comes next.
    func partial(with part: PartialMaps, at start: Int) throws -> PartialMaps {
        var sums = maps
        sums.add(part.maps, at: start)
        return try partial(sums, further: part.samples)
    }

    private func partial(_ sums: WindowSums, further: Int) throws -> PartialMaps {
        PartialMaps(
            samples: windows.reduce(further) { $0 + ($1.samples ?? 1) }, windows: windows.count,
            maps: try sums.maps())
    }

    /// - Precondition: every window was added.
    func result() throws -> WindowedResult {
        precondition(windows.count == layout.count, "every window is there")
        return WindowedResult(
            result: AttributionResult(
                maps: try maps.maps(), value: average.mean(windows.map(\.value)), sampling: try samplingFacts(),
                shares: Shares(mean: windows.compactMap(\.shares)), completeness: Completeness(mean: completeness),
                passes: passes),
            windows: windows, timeline: timeline?.mean)
    }

    private func samplingFacts() throws -> SamplingFacts? {
        guard let first = sampling.first, let noisyClip else { return nil }
        let hasHalves = sampling.allSatisfy { $0.samples > 1 }
        let halves = hasHalves ? (even: try even.maps(), odd: try odd.maps()) : nil
        func mean(_ value: (SamplingNumbers) -> Double) -> Double {
            sampling.reduce(0) { $0 + value($1) } / Double(sampling.count)
        }
        return SamplingFacts(
            samples: sampling.map(\.samples).max() ?? first.samples, mean: average.mean(sampling.map(\.mean)),
            // Windows share no noise, so their errors are independent.
            standardError: StandardError.ofMean(sampling.map(\.standardError)),
            mapError: halves.flatMap { halves in
                guard let even = halves.even.first, let odd = halves.odd.first else { return nil }
                return Self.relativeError(even.values, odd.values)
            },
            sigma: NoiseLevels(
                pixels: mean(\.sigma.pixels), firstFrame: mean(\.sigma.firstFrame), flow: mean(\.sigma.flow),
                error: mean(\.sigma.error)),
            halves: halves, noisyClip: noisyClip)
    }

    /// `‖a − b‖ / ‖a + b‖` of the means of two halves: the error of their mean as a part of its length; nil when that is zero.
    private static func relativeError(_ a: Tensor, _ b: Tensor) -> Double? {
        let (difference, sum) = a.withUnsafeValues { a in
            b.withUnsafeValues { b in
                a.indices.reduce(into: (0.0, 0.0)) { sums, index in
                    let (x, y) = (Double(a[index]), Double(b[index]))
                    sums.0 += (x - y) * (x - y)
                    sums.1 += (x + y) * (x + y)
                }
            }
        }
        return sum > 0 ? (difference / sum).squareRoot() : nil
    }
}

/// Errors of means of independent values.
enum StandardError {
    /// Of the mean of values with these errors; nil when one is not known.
    static func ofMean(_ errors: [Double?]) -> Double? {
        let known = errors.compactMap { $0 }
        guard !known.isEmpty, known.count == errors.count else { return nil }
        return known.reduce(0) { $0 + $1 * $1 }.squareRoot() / Double(known.count)
    }
}

/// What is kept of a window's sampling: no arrays.
private struct SamplingNumbers {
    let samples: Int
    let mean: Double
    let standardError: Double?
    let sigma: NoiseLevels

    init(_ facts: SamplingFacts) {
        (samples, mean, standardError, sigma) = (facts.samples, facts.mean, facts.standardError, facts.sigma)
    }
}

extension Shares {
    /// The mean over windows, in which each counts the same; nil without any.
    init?(mean windows: [Shares]) {
        guard !windows.isEmpty else { return nil }
        func part(_ value: (Shares) -> Part) -> Part {
            let parts = windows.map(value)
            let count = Double(parts.count)
            return Part(
                share: parts.reduce(0) { $0 + $1.share } / count,
                signedSum: parts.reduce(0) { $0 + $1.signedSum } / count,
                standardError: StandardError.ofMean(parts.map(\.standardError)))
        }
        (appearance, motion, residual) = (part(\.appearance), part(\.motion), part(\.residual))
    }
}

extension Completeness {
    /// The mean over windows; nil without any.
    fileprivate init?(mean windows: [Completeness]) {
        guard let first = windows.first else { return nil }
        func mean(_ value: (Completeness) -> Double) -> Double {
            windows.reduce(0) { $0 + value($1) } / Double(windows.count)
        }
        baseline = first.baseline
        difference = mean(\.difference)
        sum = mean(\.sum)
        parts = first.parts.map { parts in parts.indices.map { part in mean { $0.parts?[part] ?? 0 } } }
    }
}
