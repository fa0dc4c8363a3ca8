import ArgumentParser
import Training

/// Options of a training, each with the value of the models that ship for its default.
struct TrainingOptions: ParsableArguments {
    @Option(help: "Of the clips and of the first weights. Default: 1.") var seed: UInt64?
    @Option(help: "Steps of the whole training.") var steps: Int?
    @Option(help: "Clips of a step.") var batch: Int?
    @Option(help: "The highest learning rate; it falls in half a cosine to 0.") var learningRate: Double?
    @Option(help: "Steps until the learning rate is at its highest.") var warmUp: Int?
    @Option(help: "Decay of the weights, by AdamW.") var weightDecay: Double?
    @Option(help: "The weight of the question where the target is, beside its sides.") var locationWeight: Double?
    @Option(help: "The share of features that is left out at each step.") var dropout: Double?
    @Option(help: "The part of the training in which noise and distractors rise to all.") var ramp: Double?
    @Option(help: "The share of clips that vary more than the standard ones.") var wider: Double?
    @Option(help: "What the mean of the weights keeps at each step.") var averageDecay: Double?
    @Option(help: ArgumentHelp("Channels of the four blocks.", valueName: "a,b,c,d")) var channels: String?

    func validate() throws {
        if let channels, widths(channels).count != 4 {
            throw ValidationError("--channels takes four whole numbers: 16,32,64,96.")
        }
    }

    private func widths(_ text: String) -> [Int] { text.split(separator: ",").compactMap { Int($0) } }

    /// - Parameter base: for what was not given.
    func configuration(_ base: TrainingConfiguration) -> TrainingConfiguration {
        var configuration = base
        if let seed { configuration.seed = seed }
        if let steps { configuration.steps = steps }
        if let batch { configuration.batch = batch }
        if let learningRate { configuration.learningRate.peak = learningRate }
        if let warmUp { configuration.learningRate.warmUp = warmUp }
        if let weightDecay { configuration.optimizer = .adamW(.usual, decay: weightDecay) }
        if let locationWeight { configuration.locationWeight = locationWeight }
        if let dropout { configuration.dropout = dropout }
        if let ramp { configuration.curriculum.ramp = ramp }
        if let wider { configuration.curriculum.wider = wider }
        if let averageDecay { configuration.averageDecay = averageDecay }
        if let channels { configuration.widths = widths(channels) }
        return configuration
    }
}
