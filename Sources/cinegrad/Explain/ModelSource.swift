import Checkpoints
import Foundation
import Models
import Pipelines

/// The model that a command names: a bundled one, or a manifest with its checkpoint.
struct ModelSource {
    let name: String
    /// Of the checkpoint, in hexadecimal.
    let digest: String
    let network: Network

    init(_ name: String, checkpoint: String?) throws {
        if let bundled = BundledModel(rawValue: name) {
            guard checkpoint == nil else {
                throw Failure(
                    code: "request.invalid", message: "the model \(name) is built in: leave out --checkpoint")
            }
            self.name = name
            digest = bundled.sha256
            network = try bundled.load()
            return
        }
        let known = BundledModel.allCases.map(\.rawValue).joined(separator: " and ")
        guard FileManager.default.isReadableFile(atPath: name) else {
            throw Failure(
                code: "model.not-found",
                message: "there is neither a bundled model nor a manifest \(name); bundled are \(known)")
        }
        guard let checkpoint else {
            throw Failure(
                code: "request.invalid", message: "a manifest needs its weights: give --checkpoint FILE as well")
        }
        let manifest = try ModelManifest(json: Data(contentsOf: InputFile.url(name, kind: "a manifest")))
        let file = try InputFile.url(checkpoint, kind: "a checkpoint")
        network = try Network(manifest, file: ModelFile.open(file, external: nil, limits: CheckpointLimits()))
        self.name = manifest.name
        digest = try FileDigest.sha256(of: file)
    }
}
