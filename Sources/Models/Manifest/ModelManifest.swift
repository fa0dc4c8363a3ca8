/// What a model is and what it takes: the document that comes with a checkpoint.
package struct ModelManifest: Hashable, Sendable {
    package enum Purpose: String, Hashable, Sendable, CaseIterable { case classification, regression }

    /// A named number of a regression; the unit may be empty.
    package struct Output: Hashable, Sendable {
        package let name: String
        package let unit: String
    }

    /// 1 to 64 characters of `A-Za-z0-9._-`.
    package let name: String
    package let architecture: ArchitectureDescription
    package let purpose: Purpose
    /// Names of the outputs of a classification; empty if there are none.
    package let labels: [String]
    /// Outputs of a regression; empty if they have no names.
    package let outputs: [Output]
    /// Taken off the names in the checkpoint that begin with it.
    package let stripPrefix: String?
    package fileprivate(set) var input: InputContract
    /// What `predicted` means for this model when it is not simply the highest or the only output.
    package let defaultTarget: Target?
    package let licence: String?
    package let intendedUse: String?

    func taking(frames: Int) -> ModelManifest {
        var manifest = self
        manifest.input.frames = frames
        return manifest
    }
}

/// How a clip must be for a model.
package struct InputContract: Hashable, Sendable {
    package enum Channels: String, Hashable, Sendable, CaseIterable {
        case rgb = "RGB"
        case bgr = "BGR"
        case luma = "Y"

        package var count: Int { self == .luma ? 1 : 3 }
    }

    /// How frames of DICOM objects become what the model was trained with.
    package enum Preparation: String, Hashable, Sendable, CaseIterable {
        /// The region of tissue.
        case region
        /// What EchoNet-Dynamic's authors did.
        case echoNet = "echonet-dynamic"
    }

    /// The order of a network's input axes: N is the batch (one clip), C the channel, T the frame.
    package enum Layout: String, Hashable, Sendable, CaseIterable {
        case channelsFirst = "NCTHW"
        case framesFirst = "NTCHW"
        case channelsLast = "NTHWC"
    }

    package fileprivate(set) var frames: Int
    /// Every period-th frame of the video, or of ``frameRate``.
    package let period: Int
    /// Frames a second of the videos that the model was trained with, from 0.001 to 1000: others are re-sampled to it by time. Nil counts
    /// the frames of any video.
    package let frameRate: Double?
    /// Of the frames of DICOM objects, before they are resized.
    package let preparation: Preparation
    package let height: Int
    package let width: Int
    /// Other than ``Layout/channelsFirst`` with the architecture `onnx` alone.
    package let layout: Layout
    package let channels: Channels
    /// What an intensity of 0 and of 1 are for the network, before mean and std.
    package let range: [Double]
    /// One each channel, in the units of ``range``.
    package let mean: [Double]
    package let std: [Double]
}
