import Cine
import Attribution
import Models
import Motion
import Tensors
import Video

/// Enough to make the same explanation again and to know what its names mean.
package struct ProvenanceReport: Encodable, Hashable, Sendable {
    package struct Software: Encodable, Hashable, Sendable {
        package let name, version: String
        /// See ``SoftwareVersion``.
        package let revision, build: String?
        /// Those that read the video, by name.
        package let libraries: [String: String]
    }

    package struct File: Encodable, Hashable, Sendable {
        package let id, sha256: String
    }

    package struct Model: Encodable, Hashable, Sendable {
        package let id, name, architecture, sha256: String
        package let intendedUse: String?
    }

    package struct ClipFacts: Encodable, Hashable, Sendable {
        package let start, frames, period: Int
        package let padding: String
        /// Index of the source frame of each frame; -1 for a black one.
        package let sourceFrames: [Int]
        /// Pixels, before and after.
        package let sourceHeight, sourceWidth, height, width: Int
        /// Frames a second of the clip; nil for arrays.
        package let frameRate: Double?
        /// Frames a second of the video; nil for arrays.
        package let sourceFrameRate: Double?
        /// Frames a second to which the video was re-sampled by time before every period-th was taken; nil when its own were counted.
        package let resampledFrameRate: Double?
        /// Of a DICOM object's frames; nil for other videos, which are taken as they are.
        package let preparation: String?

        init(_ plan: ExplainPlan, sampled: SampledClip) {
            (start, frames, period) = (plan.sampling.start, plan.sampling.frames, plan.sampling.period)
            padding = plan.sampling.padding.rawValue
            sourceFrames = sampled.sourceFrames
            (sourceHeight, sourceWidth) = (sampled.sourceSize.height, sampled.sourceSize.width)
            (height, width) = (sampled.clip.height, sampled.clip.width)
            frameRate = sampled.clip.frameRate?.framesPerSecond
            sourceFrameRate = sampled.sourceFrameRate
            resampledFrameRate = sampled.sourceFrameRate == nil ? nil : plan.sampling.frameRate
            preparation = sampled.isFramed ? plan.framing.rawValue : nil
        }
    }

    package struct Method: Encodable, Hashable, Sendable {
        package let name, title, reference, definition, space: String
        /// `signed` or `magnitude`.
        package let sign: String
        /// Whether the map sums to a difference of scores.
        package let complete: Bool
        /// Noisy copies and their noise, or steps of integrated gradients; nil for methods without.
        package let samples: Int?
        /// Of Grad-CAM.
        package let layer: String?
        /// At which sampling was to end.
        package let tolerance: Double?
        package let noise: Components?
        /// Standard deviations that the levels came to, in each component's unit.
        package let sigma: Components?
        package let seed: UInt64?
        package let passes: Int
    }

    /// Only those of the space.
    package struct Components: Encodable, Hashable, Sendable {
        package let pixels, firstFrame, flow, error: Double?

        init(_ levels: NoiseLevels, in space: Space) {
            let isParts = space == .decomposition
            pixels = isParts ? nil : levels.pixels
            firstFrame = isParts ? levels.firstFrame : nil
            flow = isParts ? levels.flow : nil
            error = isParts ? levels.error : nil
        }
    }

    package struct Flow: Encodable, Hashable, Sendable {
        package let estimator, library: String
        /// Numbers and names, as text.
        package let parameters: [String: String]
    }

    package let software: Software
    package let video: File
    package let model: Model
    package let clip: ClipFacts
    package let method: Method
    /// Nil in pixels.
    package let flow: Flow?
    /// Of the whole computation, of its stages, and of the passes forward and backward in them.
    package let seconds: Double
    package internal(set) var timings: [String: Double]

    init(
        network: Network, plan: ExplainPlan, subject: ExplanationSubject, sampled: SampledClip,
        result: AttributionResult,
        flow: FlowFacts?, timings: Timings
    ) {
        software = Software(
            name: SoftwareVersion.name, version: SoftwareVersion.current, revision: SoftwareVersion.revision,
            build: SoftwareVersion.build,
            libraries: VideoLibraries.versions)
        video = File(id: subject.video, sha256: subject.videoDigest)
        model = Model(
            id: subject.model, name: network.manifest.name, architecture: network.manifest.architecture.summary,
            sha256: subject.modelDigest, intendedUse: network.manifest.intendedUse)
        clip = ClipFacts(plan, sampled: sampled)
        let facts = plan.attribution.facts
        method = Method(
            name: plan.method.rawValue, title: facts.title, reference: facts.reference, definition: facts.definition,
            space: plan.space.rawValue, sign: facts.sign.rawValue, complete: facts.isComplete,
            samples: result.sampling?.samples ?? (plan.method.takesSamples ? plan.samples : nil),
            layer: plan.layer, tolerance: plan.tolerance,
            noise: facts.isStochastic ? Components(plan.levels, in: plan.space) : nil,
            sigma: (result.sampling?.sigma).map { Components($0, in: plan.space) },
            seed: facts.isStochastic ? plan.seed : nil,
            passes: result.passes)
        self.flow = flow.map {
            Flow(
                estimator: $0.estimator, library: $0.library,
                parameters: Dictionary(
                    $0.parameters.map { parameter in
                        switch parameter.value {
                        case .number(let number): (parameter.name, "\(number)")
                        case .text(let text): (parameter.name, text)
                        }
                    }, uniquingKeysWith: { first, _ in first }))
        }
        seconds = timings.total
        self.timings = timings.named
    }
}
