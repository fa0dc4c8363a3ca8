import ArgumentParser
import Checkpoints
import Foundation
import Models
import Tensors

/// What is measured, and how often.
struct Workload: ParsableArguments {
    @Option(help: "Frames of the clip.") var frames = 32
    @Option(help: "Height and width of the clip, in pixels.") var side = 112
    @Option(help: "Threads.") var threads = 2
    @Option(help: "The manifest of a checkpoint that is given in place of an architecture; clips are as it says.")
    var manifest: String?
    @Option(help: "Measured runs after one that warms up.") var repeats = 5

    var parallelism: Parallelism { Parallelism(threads: threads) }

    /// Varied values in 0...1, the same each time.
    func clip(_ shape: Shape) -> Tensor {
        Tensor(uninitialized: shape) { values in
            var state: UInt32 = 1
            for index in values.indices {
                state = state &* 1_664_525 &+ 1_013_904_223
                values[index] = Float(state >> 8) * 0x1p-24
            }
        }
    }

    /// A network of a named architecture with random parameters, or a model that is given.
    /// - Parameter model: a name, or the file of a checkpoint that ``manifest`` belongs to.
    func network(_ model: String) throws -> Network {
        if let manifest {
            return try Network(
                ModelManifest(json: Data(contentsOf: URL(filePath: manifest))),
                file: ModelFile.open(URL(filePath: model), external: nil, limits: CheckpointLimits()))
        }
        let manifest = """
            {"name": "\(model)", "architecture": "\(model)", "task": "regression",
             "input": {"frames": \(frames), "height": \(side), "width": \(side)}}
            """
        return try Network.untrained(ModelManifest(json: Data(manifest.utf8)), outputs: 400, seed: 1)
    }
}
