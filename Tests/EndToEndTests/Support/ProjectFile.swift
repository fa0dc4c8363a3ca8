import Foundation

/// Files of the project beside the sources.
enum ProjectFile {
    /// - Parameter path: from the top of the project.
    static func url(_ path: String) -> URL {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../\(path)").standardizedFileURL
    }

    static func text(_ path: String) throws -> String { try String(contentsOf: url(path), encoding: .utf8) }
}
