package import Attribution
package import Models
package import Video

/// What a caller asks for. Nil means that the default applies, which may depend on the model.
package struct ExplainRequest: Hashable, Sendable {
    package struct ClipSelection: Hashable, Sendable {
        /// The first source frame, from 0.
        package var start: Int?
        /// Frames of the clip; the model's own number unless given.
        package var frames: Int?
        /// Every period-th source frame; the model's own period unless given.
        package var period: Int?
        package var padding: ClipPadding?

        package init() {}
    }

    /// Noise levels, as parts of each component's range.
    package enum Noise: Hashable, Sendable {
        /// The same for every component.
        case uniform(Double)
        case perComponent(pixels: Double?, firstFrame: Double?, flow: Double?, error: Double?)
    }

    package enum Check: String, Hashable, Sendable, CaseIterable, Codable {
        /// Compares the maps with those of the same architecture with random parameters.
        case randomisation
        /// Compares the maps of one half of the noise samples with those of the other.
        case repeatability
    }

    /// An id; nil when the video comes with the request.
    package var video: String?
    /// An id or a name.
    package var model: String?
    package var clip = ClipSelection()
    /// Slides windows over the whole video; nil takes one clip.
    package var windows: WindowOptions?
    package var target: Target?
    package var method: MethodName?
    package var space: Space?
    package var samples: Int?
    package var baseline: IntegratedGradients.Baseline?
    /// Of Grad-CAM: the name of a layer of the model.
    package var layer: String?
    package var noise: Noise?
    package var seed: UInt64?
    /// Ends sampling when the mean gradient's relative standard error is no larger.
    package var tolerance: Double?
    package var flow: FlowChoice?
    package var vectors: VectorOptions?
    package var trajectories: TrajectoryOptions?
    package var checks: [Check]?
    /// Whether the cost alone is asked for. Never part of a stored request.
    package var isDryRun = false

    package init() {}
}
