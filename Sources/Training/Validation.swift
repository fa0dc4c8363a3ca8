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
