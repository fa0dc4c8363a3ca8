import CIsolation
import Checkpoints
package import Foundation
import Tensors
import Video

/// Reads a model once in a process of its own before this process reads it: a file that makes a reader crash, or takes all memory or time, ends that
/// process alone and is refused. What is wrong with it otherwise is found again here, in full words.
package enum ModelRehearsal {
    /// The name of the command, for both sides.
    package static let command = "check-model"

    /// The one message: the model was read to the end or refused.
    private static let done: UInt8 = 1

    /// - Parameters:
    ///   - executable: a program with the command.
    ///   - json: the manifest.
    /// - Throws: `CheckpointError.unreadable`.
    package static func run(_ executable: String, manifest json: Data, checkpoint: URL) throws {
        let manifest = FileManager.default.temporaryDirectory.appending(path: "manifest-\(UUID().uuidString)")
        do {
            try json.write(to: manifest)
        } catch {
            throw CheckpointError.unreadable("its manifest cannot be written down")
        }
        defer { try? FileManager.default.removeItem(at: manifest) }
        do {
            let child = try ReaderChild(executable, [command, checkpoint.path, "--manifest", manifest.path])
            guard try child.message(maximumBytes: 0).kind == done else { throw ReaderEnding.garbled }
        } catch let ending as ReaderEnding {
            throw CheckpointError.unreadable(ending.reason)
        }
    }

    /// The inside of that process. It bounds itself before it looks at the checkpoint: memory, processor time, no files but that one, no network, no
    /// other programs.
    package static func perform(manifest: URL, checkpoint: URL) {
        guard let json = try? Data(contentsOf: manifest),
            let bytes = try? RandomAccessFile(checkpoint).count,
            // The file in memory, its parameters, and what is made of them.
            cis_bound(4 << 30 + 4 * UInt64(bytes), 300 + UInt64(bytes >> 20)) == 0, cis_confine(checkpoint.path) == 0
        else { return }
        _ = try? ModelRegistration(manifest: json, checkpoint: checkpoint, parallelism: .single)
        _ = ReaderOutput.write(kind: done, [])
    }
}
