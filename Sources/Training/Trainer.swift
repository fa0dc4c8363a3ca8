import Autodiff
import Cine
import Evaluation
import Foundation
import Models
package import Tensors

/// Trains a Moving Shapes network step by step. The state after a step depends on the configuration and the number of the step alone, not on the
/// number of threads, nor on where the training was interrupted.
package struct Trainer: Sendable {
    package let configuration: TrainingConfiguration
    package internal(set) var network: TrainableNetwork
    package internal(set) var optimizerState: Optimizer.State
    /// Running means of parameters and statistics, which lie in the middle of the last steps' zigzag: the network that is kept.
    package internal(set) var averageParameters: [Tensor]
    package internal(set) var averageStatistics: [Tensor]
    /// Steps made.
    package internal(set) var step = 0
    private let batches: MovingShapesBatches
    private let input: InputContract
    private let manifest: ModelManifest

    /// What one step found, before it changed anything.
    package struct Report: Hashable, Sendable {
        /// Steps made, this one included.
        package let step: Int
        /// Of the task, and of the location; 0 where that is not asked for.
        package let loss, locationLoss: Double
        /// The length of all gradients together, before it was limited.
        package let gradientNorm: Double
        package let learningRate: Double
    }

    /// - Throws: ``TrainingError/invalidConfiguration(_:)``.
    package init(_ configuration: TrainingConfiguration) throws {
        try configuration.validate()
        let manifest = try ModelManifest(json: Data(configuration.manifestJSON.utf8))
        self.configuration = configuration
        self.manifest = manifest
        input = manifest.input
        network = try TrainableNetwork(
            configuration.architecture, outputs: configuration.task.outputs,
            locatorClasses: configuration.locationWeight > 0 ? ShapeLocation.classes : nil,
            dropout: configuration.dropout, seed: configuration.seed)
        optimizerState = configuration.optimizer.state(for: network.parameters)
        (averageParameters, averageStatistics) = (network.parameters, network.statistics)
        batches = MovingShapesBatches(
            seed: configuration.seed, size: configuration.batch, steps: configuration.steps,
            curriculum: configuration.curriculum, input: manifest.input)
    }

    package var isFinished: Bool { step >= configuration.steps }

    /// Makes one step: a batch, its loss, the gradient, the optimiser's change.
    /// - Throws: ``TrainingError/diverged(step:what:)``, with the state as it was before.
    package mutating func advance(parallelism: Parallelism) throws -> Report {
        let batch = try batches.batch(step: step, parallelism: parallelism)
        let tape = Tape(parallelism: parallelism)
        let pass = try network.pass(
            batch.clips, on: tape,
            dropout: DropoutSeed(seed: configuration.seed, step: UInt32(truncatingIfNeeded: step), layer: 0))
        let loss = try taskLoss(pass.scores, batch)
        var total = loss
        var locationLoss = 0.0
        if let places = pass.places {
            let location = ShapeLocation(batch.scenes, map: places.shape, frames: input.frames, side: input.height)
            let term = try location.loss(places)
            locationLoss = Double(term.value.values[0])
            total = try add(loss, affine(term, factor: Float(configuration.locationWeight), addend: 0))
        }
        guard total.value.values[0].isFinite else { throw TrainingError.diverged(step: step, what: "the loss") }
        var gradients = try tape.releasingGradients(
            of: total, seed: Tensor(scalar: 1), withRespectTo: pass.parameters)
        let norm = clip(&gradients, toNorm: configuration.gradientNorm)
        guard norm.isFinite else { throw TrainingError.diverged(step: step, what: "the gradient") }
        let rate = configuration.learningRate.rate(step: step, of: configuration.steps)
        configuration.optimizer.step(
            &network.parameters, gradients: gradients, state: &optimizerState, rate: rate, decays: network.decays)
        network.take(pass)
        step += 1
        average()
        return Report(
            step: step, loss: Double(loss.value.values[0]), locationLoss: locationLoss, gradientNorm: norm,
            learningRate: rate)
    }

    private func taskLoss(_ scores: Variable, _ batch: MovingShapesBatches.Batch) throws -> Variable {
        switch configuration.task {
        case .sides: return try crossEntropy(scores, labels: batch.scenes.map(MovingShapesTask.label(of:)))
        case .angle:
            let directions = try Tensor(
                shape: scores.shape,
                values: batch.scenes.flatMap { [Float($0.direction.x), Float($0.direction.y)] })
            return try meanSquaredError(scores, scores.tape.constant(directions))
        }
    }

    private mutating func average() {
        // Early on the mean forgets faster, or it would remember the beginning.
        let decay = min(configuration.averageDecay, Double(1 + step) / Double(10 + step))
        for index in averageParameters.indices {
            averageParameters[index].approach(network.parameters[index], by: Float(1 - decay))
        }
        for index in averageStatistics.indices {
            averageStatistics[index].approach(network.statistics[index], by: Float(1 - decay))
        }
    }

    /// The weights of the network that is kept, by the names of a checkpoint.
    package var weights: [String: Tensor] {
        network.weights(parameters: averageParameters, statistics: averageStatistics)
    }
}
