import Checkpoints
package import Foundation

/// Where a training lives: `training.safetensors` to resume from, `log.jsonl`, `curve.png`, and the result, `model.json` with `model.safetensors`.
package struct TrainingDirectory: Sendable {
    package let root: URL
    /// As it was given.
    package let path: String

    package enum File: String, CaseIterable, Sendable {
        case training = "training.safetensors"
        case log = "log.jsonl"
        case curve = "curve.png"
        case manifest = "model.json"
        case model = "model.safetensors"
    }

    /// Makes the directory unless it is there.
    /// - Throws: ``TrainingError/unwritable(path:reason:)``, ``TrainingError/foreignFiles(path:names:)``.
    package init(_ path: String) throws {
        root = URL(fileURLWithPath: path, isDirectory: true)
        self.path = path
        do {
            try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        } catch {
            throw TrainingError.unwritable(path: path, reason: "the directory cannot be made")
        }
        guard FileManager.default.isWritableFile(atPath: root.path) else {
            throw TrainingError.unwritable(path: path, reason: "this user may not write there")
        }
        let ours = Set(File.allCases.flatMap { [$0.rawValue, $0.rawValue + DurableWrite.suffix] })
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
        let foreign = names.filter { !ours.contains($0) }.sorted()
        guard foreign.isEmpty else { throw TrainingError.foreignFiles(path: path, names: foreign) }
    }

    package func url(_ file: File) -> URL { root.appending(path: file.rawValue) }

    package var holdsTraining: Bool { FileManager.default.fileExists(atPath: url(.training).path) }

    /// The training that was left here, and its log.
    /// - Throws: ``TrainingError``, `CheckpointError`.
    package func stored() throws -> (trainer: Trainer, log: TrainingLog) {
        let file = url(.training)
        let trainer = try TrainingCheckpoint.trainer(
            from: Checkpoint.open(file, limits: CheckpointLimits()), path: file.path)
        var log = TrainingLog()
        if let data = try? Data(contentsOf: url(.log)) {
            guard let read = try? TrainingLog(data) else {
                throw TrainingError.notResumable(path: path, reason: "its log is damaged; remove \(File.log.rawValue)")
            }
            log = read
        }
        log.forget(after: trainer.step)
        return (trainer, log)
    }

    /// - Throws: ``TrainingError/unwritable(path:reason:)``.
    package func write(_ file: File, _ data: Data) throws { try DurableWrite.replace(url(file), with: data) }
}
