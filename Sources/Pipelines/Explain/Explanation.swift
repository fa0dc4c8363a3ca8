import Attribution
package import Cine
package import Video

/// Everything that an explanation yields.
package struct Explanation: Sendable {
    package let report: ExplanationReport
    package let maps: [AttributionMap]
    /// The clip as the model saw it.
    package let clip: SampledClip
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
    package enum Stage: String, Hashable, Sendable, CaseIterable { case decoding, flow, attribution, checks }

    package let stage: Stage
    /// Passes through the model, done and in all.
    package let completed, total: Int
    /// The score's mean over the passes so far and its standard error, once there are any.
    package let value: Double?
    package let standardError: Double?
}
