import Foundation
import Models
import TestSupport
import Tensors
import Testing

/// What the command line cannot do, it says in a line that tells what to do instead.
struct ExplainRefusalTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func path(_ name: String) -> String { directory.url.appending(path: name).path }

    /// Runs `cinegrad explain` and expects one line on standard error.
    private func expectRefusal(
        _ arguments: [String], _ message: String, at location: SourceLocation = #_sourceLocation
    ) async throws {
        let (ending, output, errors) = try await BuiltBinary.end(
            ["explain"] + arguments + ["--output", path("out")], environment: [:], in: directory)
        #expect(ending == .exit(1), sourceLocation: location)
        #expect(output.isEmpty, sourceLocation: location)
        #expect(errors.hasPrefix("Error: "), "\(errors)", sourceLocation: location)
        #expect(errors.contains(message), "\(errors)", sourceLocation: location)
        #expect(errors.split(separator: "\n").count == 1, "\(errors)", sourceLocation: location)
        // Nobody takes a refusal for a result.
        #expect(!FileManager.default.fileExists(atPath: path("out/report.json")), sourceLocation: location)
    }

    @Test(arguments: [
        (["--model", "absent"], "neither a bundled model nor a manifest absent; bundled are moving-shapes-sides"),
        (["--model", "moving-shapes-sides", "--checkpoint", "x"], "leave out --checkpoint"),
        (["--model", "moving-shapes-sides", "--samples", "0"], "samples: expected a whole number from 1 to 10000"),
        (["--model", "moving-shapes-sides", "--method", "magic"], "magic is not known: one of gradient"),
        (["--model", "moving-shapes-sides", "--space", "time"], "time is not known: one of pixels"),
        (["--model", "moving-shapes-sides", "--flow", "none"], "none is not known: one of farneback"),
        (["--model", "moving-shapes-sides", "--check", "magic"], "expected one of randomisation"),
        (
            ["--model", "moving-shapes-sides", "--target", "sides"],
            "target: expected predicted, or JSON such as {\"output\": 7}"
        ),
        (["--model", "moving-shapes-sides", "--target", "{\"output\": 3}"], "outputs count from 0 to 2"),
        (["--model", "moving-shapes-sides", "--noise", "much"], "noise: expected a number"),
        (["--model", "moving-shapes-sides", "--noise", "0.1,\"seed\":2"], "noise: expected a number"),
        (["--model", "moving-shapes-sides", "--clip-padding", "none"], "one of refuse, repeat_last, black"),
        (["--model", "moving-shapes-sides", "--clip-start", "1000"], "needs 1032 frames"),
    ])
    func requestsThatAreNone(_ arguments: [String], _ message: String) async throws {
        try await expectRefusal([RealClip.shared.value.url.path] + arguments, message)
    }

    @Test func videosThatAreNone() async throws {
        let model = ["--model", "moving-shapes-sides"]
        try Data("no video\n".utf8).write(to: directory.url.appending(path: "text.mp4"))
        try Data().write(to: directory.url.appending(path: "empty.mp4"))
        try await expectRefusal([path("absent.mp4")] + model, "there is no readable file \(path("absent.mp4"))")
        try await expectRefusal([directory.url.path] + model, "is a directory: give a video file")
        try await expectRefusal([path("text.mp4")] + model, "it is text")
        try await expectRefusal([path("empty.mp4")] + model, "no bytes")
    }

    @Test func modelsThatAreNone() async throws {
        let video = try await RealClip.shared.value.url.path
        try BundledFiles.write(.sides, name: "mine", to: directory.url)
        try Data("{}".utf8).write(to: directory.url.appending(path: "none.json"))
        let manifest = ["--model", path("mine.json")]
        try await expectRefusal([video] + manifest, "give --checkpoint FILE as well")
        try await expectRefusal([video] + manifest + ["--checkpoint", path("absent")], path("absent"))
        try await expectRefusal(
            [video] + manifest + ["--checkpoint", path("none.json")], "save the weights with torch.save")
        try await expectRefusal(
            [video, "--model", path("none.json"), "--checkpoint", path("mine.safetensors")], "manifest is not valid")
        try await expectRefusal(
            [video, "--model", directory.url.path, "--checkpoint", path("mine.safetensors")], "is a directory")
    }

    @Test func directoriesThatAreNone() async throws {
        try Data().write(to: directory.url.appending(path: "out"))
        let video = try await RealClip.shared.value.url.path
        try await expectRefusal([video, "--model", "moving-shapes-sides"], "a file is in its place")
    }
}
