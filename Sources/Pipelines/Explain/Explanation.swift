import Attribution
package import Cine
package import Foundation
package import Tensors
package import Video

/// Everything that an explanation yields.
package struct Explanation: Sendable {
    package let report: ExplanationReport
    package let maps: [AttributionMap]
    /// The clip as the model saw it.
    package let clip: SampledClip
    /// Sampling flow; nil in pixels.
    package let flow: FlowField?
    /// What the model saw as the first noisy sample; nil without noise.
    package let noisyClip: Tensor?
    /// JSON documents; nil in pixels, and for methods whose maps are no derivatives.
    package let vectors, trajectories: Data?
}

/// Who is explained, for the provenance.
package struct ExplanationSubject: Hashable, Sendable {
    /// Ids, or file names for the command line.
    package let video: String
    package let model: String
    /// Of the files, in hexadecimal.
    package let videoDigest: String
    package let modelDigest: String

    package init(video: String, model: String, videoDigest: String, modelDigest: String) {
        self.video = video
        self.model = model
        self.videoDigest = videoDigest
        self.modelDigest = modelDigest
    }
}

/// How far an explanation is.
package struct ExplainProgress: Hashable, Sendable {
    package enum Stage: String, Hashable, Sendable, CaseIterable {
        case decoding, flow, attribution, checks
        /// The report and the maps are written.
        case storing
    }

    package let stage: Stage
    /// Passes through the model, done and in all.
    package let completed, total: Int
    /// The score's mean over the passes so far and its standard error, once there are any.
    package var value: Double?
    package var standardError: Double?
    /// The relative standard error of the mean gradient so far.
    package var mapError: Double?
    /// The window that is at work, from 0, and all; nil unless windows were asked for.
    package var window: Int?
    package var windows: Int?

    init(stage: Stage, completed: Int, total: Int) {
        self.stage = stage
        self.completed = completed
        self.total = total
    }

    init(_ progress: RunProgress, window: Int?, plan: ExplainPlan) {
        self.init(stage: .attribution, completed: progress.completed, total: plan.passes)
        self.window = window
        windows = window.map { _ in plan.windows.count }
        value = progress.value
        standardError = progress.standardError
        mapError = progress.mapError
    }
}
