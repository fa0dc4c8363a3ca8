import Foundation
import Pipelines

/// A file that the command line names.
enum InputFile {
    /// - Parameter kind: what it should be, with its article.
    /// - Throws: `Failure` when there is nothing to read.
    static func url(_ path: String, kind: String) throws -> URL {
        let url = URL(fileURLWithPath: path)
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory), isDirectory.boolValue {
            throw Failure(code: "file.unreadable", message: "\(path) is a directory: give \(kind) file")
        }
        guard FileManager.default.isReadableFile(atPath: url.path) else {
            throw Failure(code: "file.unreadable", message: "there is no readable file \(path)")
        }
        return url
    }
}
