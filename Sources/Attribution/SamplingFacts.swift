package import Cine
package import Tensors

/// What is known of a statistic over noisy samples besides the statistic.
package struct SamplingFacts: Sendable {
    /// Samples that were taken: fewer than asked for when a tolerance was reached.
    package let samples: Int
    /// Of the score over the samples.
    package let mean: Double
    /// Of that mean; nil for a single sample.
    package let standardError: Double?
    /// Of the mean gradient in pixels, as a part of its length: see ``GradientSum/relativeStandardError(half:)``. Nil below two samples.
    package let mapError: Double?
    /// Standard deviations of the noise, in each component's unit.
    package let sigma: NoiseLevels
    /// The maps of samples 0, 2, 4, … and of samples 1, 3, 5, …; nil below two samples.
    package let halves: (even: [AttributionMap], odd: [AttributionMap])?
    /// What the model saw as sample 0, `[C, T, H, W]`: in the decomposition the reconstruction from noisy parts.
    package let noisyClip: Tensor
}
