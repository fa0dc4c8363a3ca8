import Checkpoints
package import Evaluation
package import Foundation
package import Models
package import Tensors

/// A trained network's answers to clips that it has never seen.
package enum Validation {
    /// - Parameters:
    ///   - clips: how many; the first of the seed's.
    ///   - shown: is called after each clip with the answers until then.
    /// - Throws: `ModelError`, `MovingShapesError`.
    package static func answers(
        of network: Network, task: MovingShapesTask, options: MovingShapesOptions, seed: UInt64, clips: Int,
        parallelism: Parallelism, shown: (MovingShapesAnswers) -> Void
    ) throws -> MovingShapesAnswers {
        let shapes = try MovingShapes(options, seed: seed)
        var answers = MovingShapesAnswers(task: task)
        for index in 0..<clips {
            let clip = shapes.clip(UInt64(index))
            answers.add(try network.scores(of: clip.intensities, parallelism: parallelism), truth: clip.scene)
            shown(answers)
        }
        return answers
    }

    /// The noise of wider clips, in grey levels: as much as a training's, from hardly any to one and a half times the standard, in even steps from
    /// clip to clip.
    package static let widerNoise = (0..<16).map { (Double($0) + 0.5) / 16 * 30 }

    /// The same of clips that vary more: clip i has the noise i of ``widerNoise``, round and round.
    /// - Throws: `ModelError`, `MovingShapesError`.
    package static func widerAnswers(
        of network: Network, task: MovingShapesTask, seed: UInt64, clips: Int, parallelism: Parallelism
    ) throws -> MovingShapesAnswers {
        let shapes = try widerNoise.map { try MovingShapes(.wider(noise: $0), seed: seed) }
        var answers = MovingShapesAnswers(task: task)
        for index in 0..<clips {
            let clip = shapes[index % shapes.count].clip(UInt64(index))
            answers.add(try network.scores(of: clip.intensities, parallelism: parallelism), truth: clip.scene)
        }
        return answers
    }

    /// The seed of the clips that a finished model is held against, which are neither trained on nor watched.
    package static func testSeed(ofTraining seed: UInt64) -> UInt64 { seed ^ 0x7E57_C11_50F_F2E5 }

    /// The seed of the clips that a training is watched by, which it does not train on.
    package static func seed(ofTraining seed: UInt64) -> UInt64 { seed ^ 0x5EED_0F_F2E5_4C11 }
}

extension Trainer {
    /// The network that is kept, as a checkpoint that the manifest's architecture takes.
    /// - Throws: `SafetensorsWriter.Refusal`.
    package func model() throws -> Data {
        try SafetensorsWriter.data(weights, metadata: [:])
    }

    /// The network that is kept, as the one that explains.
    /// - Throws: `ModelError`, `CheckpointError`, `SafetensorsWriter.Refusal`.
    package func frozen() throws -> Network {
        try Network(
            ModelManifest(json: Data(configuration.manifestJSON.utf8)),
            checkpoint: Checkpoint.read(model(), limits: CheckpointLimits()))
    }
}
