package import Foundation

/// An empty directory that goes when the last reference to it does.
package final class TemporaryDirectory: Sendable {
    package let url: URL

    package init() throws {
        url = FileManager.default.temporaryDirectory.appending(
            path: "cinegrad-test-\(UUID().uuidString)", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    // A directory that cannot be removed fails no test.
    deinit { try? FileManager.default.removeItem(at: url) }
}
