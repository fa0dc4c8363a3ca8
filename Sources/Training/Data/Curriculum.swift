import Evaluation

/// How clips get harder: noise and the chance of each distractor rise in a line from nothing to all, over a part of the training; and how much
/// they vary, so that a network is not at a loss a little beyond the standard clips.
package struct Curriculum: Hashable, Sendable, Codable {
    /// The part of the training, 0…1, that passes until clips are as they will be.
    package var ramp: Double
    /// The share of clips that are wider than the standard ones, 0…1.
    package var wider: Double

    package init(ramp: Double, wider: Double) {
        self.ramp = ramp
        self.wider = wider
    }

    /// How the clip with certain random numbers looks.
    /// - Parameters:
    ///   - progress: 0…1, of the training.
    ///   - draws: four numbers in 0..<1.
    func options(at progress: Double, draws: [Double]) -> MovingShapesOptions {
        let level = ramp > 0 ? min(1, progress / ramp) : 1
        var options = MovingShapesOptions.standard
        options.noise *= level
        options.whiteDistractors = draws[0] < level ? 1 : 0
        options.staticDistractors = draws[1] < level ? 1 : 0
        guard draws[2] < wider else { return options }
        let wider = MovingShapesOptions.wider(noise: options.noise)
        (options.radius, options.speed) = (wider.radius, wider.speed)
        // From no noise to one and a half times as much.
        options.noise *= 1.5 * draws[3]
        return options
    }
}
