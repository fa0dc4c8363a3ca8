import ArgumentParser
import Autodiff
import Checkpoints
import Foundation
import Models
import Tensors

/// One pass of a trained network, written out to be compared with another implementation's.
struct PassRun: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pass",
        abstract: "Write scores, gradient and the signs behind every ReLU of one pass.",
        discussion: """
            Writes scores.npy, gradient.npy [C, T, H, W] and signs.bin, and prints the shape of each ReLU's activations as JSON. In signs.bin \
            they follow one another, a bit an activation, [T, ceil(C / 16), H, W, 16], the lowest bit of a byte first.
            """)

    @Option(help: "The manifest.") var manifest: String
    @Option(help: "The checkpoint.") var checkpoint: String
    @Option(help: "A .npy file [C, T, H, W], intensities.") var clip: String
    @Option(help: "The output that is differentiated.") var index = 0
    @Option(help: "A directory to write to.") var output: String
    @Option(help: "Threads.") var threads = 2

    func run() throws {
        let parallelism = Parallelism(threads: threads)
        let network = try Network(
            ModelManifest(json: Data(contentsOf: URL(filePath: manifest))),
            file: ModelFile.open(URL(filePath: checkpoint), external: nil, limits: CheckpointLimits()))
        let clip = try NumPy.decode([UInt8](Data(contentsOf: URL(filePath: clip))))
        let result = try network.gradient(of: .output(index), at: clip, parallelism: parallelism)
        let signs = try network.reluSigns(of: clip, parallelism: parallelism)

        let directory = URL(filePath: output, directoryHint: .isDirectory)
        func write(_ name: String, _ bytes: [UInt8]) throws {
            try Data(bytes).write(to: directory.appending(path: name))
        }
        let scores = try Tensor(shape: [result.scores.count], values: result.scores)
        try write("scores.npy", NumPy.encode(scores, shape: scores.shape))
        try write("gradient.npy", NumPy.encode(result.gradient, shape: result.gradient.shape))
        try write("signs.bin", signs.flatMap(\.bits))
        print(String(decoding: try JSONEncoder().encode(signs.map(\.shape.extents)), as: UTF8.self))
    }
}
