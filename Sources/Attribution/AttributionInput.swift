package import Motion
package import Tensors

/// In which variables a score is differentiated.
package enum Space: String, Hashable, Sendable, CaseIterable {
    /// The clip itself.
    case pixels
    /// First frame, flow and residual, from which the clip is put together.
    case decomposition
}

/// The point at which a score is explained.
package enum AttributionInput: Sendable {
    /// `[C, T, H, W]`, intensities.
    case pixels(Tensor)
    case decomposition(Decomposition)

    package var space: Space {
        switch self {
        case .pixels: .pixels
        case .decomposition: .decomposition
        }
    }
}

/// What a run may use, and how it reports.
package struct RunControl: Sendable {
    package let parallelism: Parallelism
    /// Called after every pass through the model, from the thread of the run. Throwing ends the run within one pass: that is how it is cancelled.
    package let report: @Sendable (RunProgress) throws -> Void
    /// Takes maps before the end, and what is finished when the run ends by an error; nil when nobody wants them.
    package let keeper: PartialKeeper?

    package init(
        parallelism: Parallelism, keeper: PartialKeeper?, report: @escaping @Sendable (RunProgress) throws -> Void
    ) {
        self.parallelism = parallelism
        self.keeper = keeper
        self.report = report
    }

    /// A run of which nobody wants anything before its end.
    package init(parallelism: Parallelism, report: @escaping @Sendable (RunProgress) throws -> Void) {
        self.init(parallelism: parallelism, keeper: nil, report: report)
    }
}

package struct RunProgress: Hashable, Sendable {
    /// Passes done and to be done in all.
    package let completed, total: Int
    /// The mean of the score over the passes so far.
    package let value: Double
    /// Its standard error; nil before the second noisy pass.
    package let standardError: Double?
    /// Of the mean gradient so far, as a part of its length; nil before the second noisy pass.
    package let mapError: Double?
}
