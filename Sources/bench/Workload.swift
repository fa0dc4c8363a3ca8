import ArgumentParser
import Foundation
import Models
import Tensors

/// What is measured, and how often.
struct Workload: ParsableArguments {
    @Option(help: "Frames of the clip.") var frames = 32
    @Option(help: "Height and width of the clip, in pixels.") var side = 112
    @Option(help: "Threads.") var threads = 2
    @Option(help: "Measured runs after one that warms up.") var repeats = 5

    var parallelism: Parallelism { Parallelism(threads: threads) }

    /// Varied values in 0...1, the same each time.
    var clip: Tensor {
        let shape: Shape = [3, frames, side, side]
        return Tensor(uninitialized: shape) { values in
            var state: UInt32 = 1
            for index in values.indices {
                state = state &* 1_664_525 &+ 1_013_904_223
                values[index] = Float(state >> 8) * 0x1p-24
            }
        }
    }

    /// A network of a named architecture with random parameters.
    func network(_ architecture: String) throws -> Network {
        let manifest = """
            {"name": "\(architecture)", "architecture": "\(architecture)", "task": "regression",
             "input": {"frames": \(frames), "height": \(side), "width": \(side)}}
            """
        return try Network.untrained(ModelManifest(json: Data(manifest.utf8)), outputs: 400, seed: 1)
    }
}
