import Foundation
import Training

/// A new directory of clips. One that holds anything is refused: files of another set would be taken for this one's.
final class DatasetDirectory {
    private let root: URL
    /// Whether the directory was there before.
    private let wasThere: Bool
    private var written: [URL] = []

    private static let folders = ["videos", "masks"]

    /// - Throws: ``TrainingError``.
    init(_ path: String) throws {
        root = URL(fileURLWithPath: path, isDirectory: true)
        wasThere = FileManager.default.fileExists(atPath: root.path)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
        guard names.isEmpty else { throw TrainingError.foreignFiles(path: path, names: names.sorted()) }
        do {
            for folder in Self.folders {
                try FileManager.default.createDirectory(
                    at: root.appending(path: folder), withIntermediateDirectories: true)
            }
        } catch {
            removeDirectories()
            throw TrainingError.unwritable(path: path, reason: "the directory cannot be made")
        }
    }

    /// - Throws: ``TrainingError/unwritable(path:reason:)``, with nothing half-written.
    func write(_ name: String, _ data: Data) throws {
        let file = root.appending(path: name)
        try DurableWrite.replace(file, with: data)
        written.append(file)
    }

    /// Removes what was written, and the directories that were made for it if nothing else is in them.
    func withdraw() {
        for file in written { unlink(file.path(percentEncoded: false)) }
        written = []
        removeDirectories()
    }

    private func removeDirectories() {
        // Of a directory with something in it rmdir(2) leaves everything as it is.
        for folder in Self.folders { rmdir(root.appending(path: folder).path(percentEncoded: false)) }
        if !wasThere { rmdir(root.path(percentEncoded: false)) }
    }
}
