package import Tensors

/// A short piece of video as a model sees it: cropped, sampled, resized.
package struct Clip: Sendable {
    /// `[C, T, H, W]`, Float32, intensities nominally 0…1 (a byte is x/255 exactly). Never clamped: noise and Float32 arrays may leave 0…1.
    package let intensities: Tensor
    /// Frames a second of the clip itself, sampling period included; nil for arrays, which have no time.
    package let frameRate: FrameRate?

    /// - Throws: ``CineError/notAClip(_:)`` unless the shape is `[C, T, H, W]` with at least one element an axis.
    package init(intensities: Tensor, frameRate: FrameRate?) throws {
        guard intensities.shape.rank == 4, intensities.count > 0 else { throw CineError.notAClip(intensities.shape) }
        self.intensities = intensities
        self.frameRate = frameRate
    }

    package var channels: Int { intensities.shape[0] }
    package var frames: Int { intensities.shape[1] }
    package var height: Int { intensities.shape[2] }
    package var width: Int { intensities.shape[3] }
}
