import Cine
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
    ///   - keeper: takes the maps of finished windows before the end; of a clip of one window those of finished samples.
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
        do {
            for (index, start) in layout.starts.enumerated() {
                let window = input.window(index)
                let method = method(index)
                let passes = method.passes
                let result = try method.attribute(
                    window, to: score,
                    control: RunControl(parallelism: parallelism) { progress in
                        try report(progress.shifted(by: index * passes, total: layout.count * passes), index)
                    })
                merging.add(result, of: window, at: start, isDerivative: method.facts.unit == .derivative)
                if index + 1 < layout.count { try keeper?.offer(merging.partial) }
            }
        } catch {
            if merging.count > 0 { keeper?.leave(merging.partial) }
            throw error
        }
        return try merging.result()
    }
}

extension RunProgress {
    /// The same among the passes of several runs.
    fileprivate func shifted(by done: Int, total: Int) -> RunProgress {
        RunProgress(
            completed: done + completed, total: total, value: value, standardError: standardError, mapError: mapError)
    }
}
