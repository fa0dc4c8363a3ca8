import Cine
import Synchronization
package import Tensors

/// Attribution by windows: each is explained by itself, and maps are averaged frame by frame over the windows that cover it.
package struct WindowedAttribution: Sendable {
    private let input: WindowedInput
    private let average: ScoreAverage

    /// - Parameter average: of the score over windows.
    package init(_ input: WindowedInput, average: ScoreAverage) {
        self.input = input
        self.average = average
    }

    /// The most bytes that a run holds, beyond the clip and its parts: a window's part and what the method holds for it, and the sums and maps of the
    /// clip. They do not grow with the number of windows in a clip of a length.
    /// - Parameters:
    ///   - window: extents of one.
    ///   - clip: extents of the clip; the same for a clip of one window.
    ///   - pass: what the model's passes for a window hold.
    package static func bytes(
        _ method: any AttributionMethod, window: AttributionExtents, clip: AttributionExtents, pass: Int
    ) -> Int {
        let own = method.bytes(window, pass: pass)
        guard clip != window else { return own }
        // Of all samples and of both halves.
        let kinds = method.facts.isStochastic ? 3 : 1
        let noisyClip = kinds > 1 ? window.clipBytes : 0
        let result = kinds * window.gradientBytes + noisyClip
        // The first window's noisy clip stays to the end.
        return kinds * clip.sumBytes + noisyClip
            + max(window.pointBytes + max(own, result), kinds * clip.gradientBytes)
    }

    /// - Parameters:
    ///   - method: for the window of an index; noise is another for each.
    ///   - keeper: takes the maps of finished windows and samples before the end.
    ///   - report: called after every pass with the window's index.
    /// - Throws: what the methods throw, what `report` throws.
    package func attribute(
        to score: Score, parallelism: Parallelism, keeper: PartialKeeper?,
        method: (_ window: Int) -> any AttributionMethod,
        report: @escaping @Sendable (_ progress: RunProgress, _ window: Int) throws -> Void
    ) throws -> WindowedResult {
        let layout = input.layout
        guard layout.count > 1 else {
            let result = try method(0).attribute(
                input.whole, to: score,
                control: RunControl(parallelism: parallelism, keeper: keeper) { try report($0, 0) })
            return WindowedResult(result: result, windows: [WindowResult(result, at: 0)], timeline: nil)
        }
        var merging = WindowMerging(layout, average: average)
        for (index, start) in layout.starts.enumerated() {
            let window = input.window(index)
            let method = method(index)
            let result = try attribute(
                to: score, window: window, index: index, method: method, merged: merging, parallelism: parallelism,
                keeper: keeper, report: report)
            merging.add(result, of: window, at: start, isDerivative: method.facts.unit == .derivative)
            if index + 1 < layout.count { try keeper?.offer { try merging.partial() } }
        }
        return try merging.result()
    }

    /// One window of several. What is kept of it before its end stands beside the finished windows.
    /// - Parameter merged: those; not kept beyond the call, so that adding to it afterwards copies nothing.
    private func attribute(
        to score: Score, window: AttributionInput, index: Int, method: any AttributionMethod, merged: WindowMerging,
        parallelism: Parallelism, keeper: PartialKeeper?,
        report: @escaping @Sendable (_ progress: RunProgress, _ window: Int) throws -> Void
    ) throws -> AttributionResult {
        let layout = input.layout
        let (start, passes) = (layout.starts[index], method.passes)
        let hasKept = Mutex(false)
        let inner = keeper.map { keeper in
            PartialKeeper(isDue: keeper.isDue) { part in
                try keeper.keep(try merged.partial(with: part, at: start))
                hasKept.withLock { $0 = true }
            }
        }
        do {
            return try method.attribute(
                window, to: score,
                control: RunControl(parallelism: parallelism, keeper: inner) { progress in
                    try report(progress.shifted(by: index * passes, total: layout.count * passes), index)
                })
        } catch {
            // A method that keeps samples has left the last of them by now; of the others only whole windows count.
            if merged.count > 0, !hasKept.withLock({ $0 }) { keeper?.leave { try merged.partial() } }
            throw error
        }
    }
}

extension RunProgress {
    /// The same among the passes of several runs.
    fileprivate func shifted(by done: Int, total: Int) -> RunProgress {
        RunProgress(
            completed: done + completed, total: total, value: value, standardError: standardError, mapError: mapError)
    }
}
