import Foundation
import Training

/// A new directory of clips. One that holds anything is refused: files of another set would be taken for this one's.
struct DatasetDirectory {
    private let root: URL

    /// - Throws: ``TrainingError``.
    init(_ path: String) throws {
        root = URL(fileURLWithPath: path, isDirectory: true)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
        guard names.isEmpty else { throw TrainingError.foreignFiles(path: path, names: names.sorted()) }
        do {
            for folder in ["videos", "masks"] {
                try FileManager.default.createDirectory(
                    at: root.appending(path: folder), withIntermediateDirectories: true)
            }
        } catch {
            throw TrainingError.unwritable(path: path, reason: "the directory cannot be made")
        }
    }

    /// - Throws: ``TrainingError/unwritable(path:reason:)``, with nothing half-written.
    func write(_ name: String, _ data: Data) throws { try DurableWrite.replace(root.appending(path: name), with: data) }
}
