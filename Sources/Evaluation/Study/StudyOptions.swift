package import Attribution

/// What the numbers of a study depend on besides the network.
package struct StudyOptions: Hashable, Sendable, Codable {
    /// Of the clips; clip i is the i-th of the seed.
    package var seed: UInt64
    package var shapes: MovingShapesOptions
    package var methods: [MethodName]
    /// Noisy copies of SmoothGrad, steps of integrated gradients.
    package var samples: Int
    package var levels: NoiseLevels
    /// Pixels that still belong to a shape around it.
    package var margin: Int
    /// The first clips, for which curves of insertion and deletion are drawn: they take about 120 passes a row.
    package var curveClips: Int

    package init(
        seed: UInt64, shapes: MovingShapesOptions, methods: [MethodName], samples: Int, levels: NoiseLevels,
        margin: Int, curveClips: Int
    ) {
        self.seed = seed
        self.shapes = shapes
        self.methods = methods
        self.samples = samples
        self.levels = levels
        self.margin = margin
        self.curveClips = curveClips
    }
}
