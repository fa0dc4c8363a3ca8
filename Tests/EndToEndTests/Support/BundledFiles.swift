import Foundation
import Models

/// A bundled model as the two files of a model of one's own.
enum BundledFiles {
    /// Writes `NAME.json` and `NAME.safetensors`.
    static func write(_ model: BundledModel, name: String, to directory: URL) throws {
        let manifest = model.manifestJSON.replacing("\"\(model.rawValue)\"", with: "\"\(name)\"")
        try Data(manifest.utf8).write(to: directory.appending(path: "\(name).json"))
        try Data(model.checkpoint).write(to: directory.appending(path: "\(name).safetensors"))
    }
}
