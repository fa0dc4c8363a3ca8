import Attribution
import Models
import Video

/// What windows over a long video say one by one, and how far they agree.
package struct WindowsReport: Encodable, Hashable, Sendable {
    package struct Window: Encodable, Hashable, Sendable {
        /// The frame of the clip that it begins with, and that of the video; the latter is nil for a black one.
        package let start: Int
        package let sourceStart: Int?
        /// Raw outputs.
        package let scores: [Float]
        /// Of the target, without noise.
        package let value: Double
        package let meanUnderNoise, standardErrorUnderNoise: Double?
        /// Noisy copies that were taken; nil for methods without noise.
        package let samples: Int?
        /// Nil in pixels.
        package let shares: SharesReport.Values?
    }

    /// Standard deviations over windows.
    package struct Spread: Encodable, Hashable, Sendable {
        package let scores: [Double]
        /// Of the target; angles by the shorter way round.
        package let value: Double
        /// Nil in pixels.
        package let shares: SharesReport.Values?
    }

    /// Of a window, and from the start of one to the next.
    package let frames, stride: Int
    package let count: Int
    package let windows: [Window]
    /// Nil for a single window.
    package let spread: Spread?
    package let remark =
        "The prediction is the mean of the windows' raw outputs. Maps, timeline and shares are means too: of a frame over the windows that cover it, and of the shares over all windows. In the decomposition each window has a first frame of its own, so several windows have no map first_frame; the flow into a frame that no window goes across, as with a stride of a whole window, has a gradient of zero."

    init(
        _ layout: WindowLayout, scores: WindowScores, target: ResolvedTarget, found: WindowedResult,
        sampled: SampledClip
    ) {
        frames = layout.frames
        stride = layout.stride
        count = layout.count
        windows = zip(found.windows, scores.windows).map { window, scores in
            let source = sampled.sourceFrames[window.start]
            return Window(
                start: window.start, sourceStart: source >= 0 ? source : nil, scores: scores, value: window.value,
                meanUnderNoise: window.meanUnderNoise, standardErrorUnderNoise: window.standardError,
                samples: window.samples, shares: window.shares.map(SharesReport.Values.init))
        }
        spread = scores.deviations.flatMap { deviations in
            target.average.deviation(found.windows.map(\.value)).map {
                Spread(
                    scores: deviations, value: $0,
                    shares: SharesReport.Values(deviationOf: found.windows.compactMap(\.shares)))
            }
        }
    }
}

extension SharesReport.Values {
    fileprivate init(_ shares: Shares) {
        self.init(
            appearance: shares.appearance.share, motion: shares.motion.share, residual: shares.residual.share)
    }

    /// The standard deviation over windows; nil below two.
    fileprivate init?(deviationOf windows: [Shares]) {
        func deviation(_ part: (Shares) -> Shares.Part) -> Double? {
            ScoreAverage.arithmetic.deviation(windows.map { part($0).share })
        }
        guard windows.count > 1, let appearance = deviation(\.appearance), let motion = deviation(\.motion),
            let residual = deviation(\.residual)
        else { return nil }
        self.init(appearance: appearance, motion: motion, residual: residual)
    }
}
