package import Evaluation
package import Models

/// Everything that the result of a training depends on.
package struct TrainingConfiguration: Hashable, Sendable, Codable {
    package var task: MovingShapesTask
    package var seed: UInt64
    /// Clips of a step, and steps.
    package var batch, steps: Int
    /// Channels of the network's four blocks.
    package var widths: [Int]
    package var optimizer: Optimizer
    package var learningRate: LearningRate
    /// The longest that all gradients together may be.
    package var gradientNorm: Double
    /// What the question where the target is weighs beside the task itself; 0 for a network without.
    package var locationWeight: Double
    /// Of each feature before the last layer.
    package var dropout: Double
    /// What the running mean of the weights, which is the result, keeps at each step.
    package var averageDecay: Double
    package var curriculum: Curriculum

    /// What trained the models that ship.
    package static func standard(_ task: MovingShapesTask) -> TrainingConfiguration {
        let isSides = task == .sides
        return TrainingConfiguration(
            task: task, seed: 1, batch: 4, steps: isSides ? 7500 : 2500,
            widths: MovingShapesDescription.standard.widths,
            optimizer: .adamW(.usual, decay: 0.01),
            learningRate: LearningRate(peak: 0.003, warmUp: 200, course: .cosine), gradientNorm: 1,
            locationWeight: isSides ? 0.5 : 0, dropout: 0, averageDecay: 0.995,
            curriculum: Curriculum(ramp: isSides ? 0.15 : 0.3, wider: 0.25))
    }

    package var architecture: MovingShapesDescription { MovingShapesDescription(widths: widths) }

    /// Of the model that comes out.
    package var manifestJSON: String { task.model.manifestJSON(architecture) }

    /// - Throws: ``TrainingError/invalidConfiguration(_:)``.
    package func validate() throws {
        func check(_ isValid: Bool, _ reason: String) throws {
            guard isValid else { throw TrainingError.invalidConfiguration(reason) }
        }
        try check((1...1024).contains(batch), "a batch has 1 to 1024 clips, not \(batch)")
        try check((1...10_000_000).contains(steps), "a training has 1 to 10000000 steps, not \(steps)")
        try check(
            widths.count == 4 && widths.allSatisfy((1...1024).contains), "there are four widths from 1 to 1024")
        try check(learningRate.peak > 0 && learningRate.peak.isFinite, "the learning rate is above 0")
        try check((0...steps).contains(learningRate.warmUp), "warming up takes 0 to \(steps) steps")
        try check(gradientNorm > 0, "the limit of the gradient's length is above 0")
        try check(locationWeight >= 0 && locationWeight.isFinite, "the weight of the location is not negative")
        try check((0..<1).contains(dropout), "dropout is at least 0 and below 1")
        try check((0..<1).contains(averageDecay), "the decay of the mean weights is at least 0 and below 1")
        try check((0...1).contains(curriculum.ramp), "the ramp is a part of the training, 0 to 1")
        try check((0...1).contains(curriculum.wider), "the share of wider clips is 0 to 1")
    }

    /// The fields in which another configuration differs, by name.
    package func differences(from wanted: TrainingConfiguration) -> [TrainingError.Difference] {
        func difference<T: Equatable>(_ name: String, _ field: KeyPath<TrainingConfiguration, T>) -> [TrainingError
            .Difference]
        {
            let (a, b) = (self[keyPath: field], wanted[keyPath: field])
            return a == b ? [] : [TrainingError.Difference(field: name, stored: "\(a)", wanted: "\(b)")]
        }
        return difference("task", \.task.rawValue) + difference("seed", \.seed) + difference("batch", \.batch)
            + difference("steps", \.steps) + difference("channels", \.widths) + difference("optimizer", \.optimizer)
            + difference("learning rate", \.learningRate) + difference("gradient norm", \.gradientNorm)
            + difference("location weight", \.locationWeight) + difference("dropout", \.dropout)
            + difference("average decay", \.averageDecay) + difference("curriculum", \.curriculum)
    }
}
