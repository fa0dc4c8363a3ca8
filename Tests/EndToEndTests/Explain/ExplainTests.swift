import Foundation
import Models
import TestSupport
import Tensors
import Testing

/// `cinegrad explain`: the main job without a service.
struct ExplainTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func file(_ path: String) -> URL { directory.url.appending(path: path) }

    private func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: file(path))) }

    private func report(_ path: String) throws -> ReportBody {
        try Answer(status: 200, headers: [:], body: bytes(path)).decoded(as: ReportBody.self)
    }

    /// Runs the command on the real clip, with an output that is no terminal.
    private func explain(
        _ arguments: [String], to output: String, at location: SourceLocation = #_sourceLocation
    ) async throws -> String {
        let clip = try await RealClip.shared.value
        let (ending, text, errors) = try await BuiltBinary.end(
            ["explain", clip.url.path, "--output", file(output).path] + arguments, environment: [:], in: directory)
        #expect(ending == .exit(0), "\(errors)", sourceLocation: location)
        #expect(errors.isEmpty, "\(errors)", sourceLocation: location)
        return text
    }

    @Test func filesHoldWhatTheServiceAnswers() async throws {
        let clip = try await RealClip.shared.value
        let text = try await explain(
            ["--model", "moving-shapes-sides", "--samples", "2", "--seed", "9", "--check", "none"], to: "out")
        let report = try report("out/report.json")
        let label = try #require(report.prediction?.label)
        #expect(text.hasPrefix("prediction    \(label) ("))
        #expect(text.hasSuffix("\nResearch use only. Not for diagnosis.\n"))
        #expect(text.contains(/\ntook          [0-9.]+ s at [0-9.]+ GFLOP\/s, [0-9]+ MB of [0-9]+ predicted at most\n/))
        #expect(text.contains("written to    \(file("out").path): report.json, pixels.npy"))
        #expect(!text.contains("\r") && !text.contains("█") && !text.contains("\u{1B}"))

        let service = try await ServiceProcess.start(in: directory, environment: [:])
        let explanation = try await service.explain(
            service.videoID(of: clip.url),
            #""model":"moving-shapes-sides","samples":2,"seed":9,"checks":[]"#)
        #expect(report == explanation.report)

        let frames = ["pixels": 0...31, "first_frame": 0...0, "flow": 1...31, "error": 1...31]
        var names: Set = [
            "report.json", "explanation.npz", "flow_field.npy", "vectors.json", "trajectories.json", "timeline.png",
        ]
        for figure in ["figure", "flow_field", "vectors", "trajectories"] {
            names.formUnion(["\(figure).png", "\(figure).mp4"])
            #expect(try PNGFile(bytes("out/\(figure).png")).width >= 3 * 112, "\(figure)")
        }
        for (kind, range) in frames {
            names.formUnion([kind, "\(kind).npy", "\(kind).png"] + (range.count > 1 ? ["\(kind).mp4"] : []))
            #expect(try await service.npy(explanation, kind) == bytes("out/\(kind).npy"))
            let scale = try #require(report.map(kind)).scale
            let pictures = try FileManager.default.contentsOfDirectory(atPath: file("out/\(kind)").path)
            #expect(Set(pictures) == Set(range.map { String(format: "%04d.png", $0) }))
            for number in range {
                let picture = try PNGFile(bytes(String(format: "out/\(kind)/%04d.png", number)))
                #expect((picture.width, picture.height) == (4 * 112, 4 * 112))
                #expect(picture.texts["Scale"].flatMap { Double($0) } == scale)
                #expect(picture.texts["Frame"] == "\(number) of the clip")
            }
            let sheet = try PNGFile(bytes("out/\(kind).png"))
            #expect(sheet.width * sheet.height >= range.count * 112 * 112)
            #expect(sheet.texts["Scale"].flatMap { Double($0) } == scale)
            // Names of files may hold names of patients: the service's pictures carry ids instead.
            #expect(sheet.texts["Title"] == "\(kind) map of \(clip.url.lastPathComponent)")
        }
        #expect(Set(try FileManager.default.contentsOfDirectory(atPath: file("out").path)) == names)
    }

    @Test func aModelOfOnesOwnIsAManifestAndItsWeights() async throws {
        let bundled = try await explain(
            ["--model", "moving-shapes-angle", "--method", "gradient", "--space", "pixels", "--check", "none"],
            to: "bundled")
        try BundledFiles.write(.angle, name: "mine", to: directory.url)
        let own = try await explain(
            [
                "--model", file("mine.json").path, "--checkpoint", file("mine.safetensors").path, "--method",
                "gradient",
                "--space", "pixels", "--check", "none", "--threads", "1",
            ], to: "own")
        #expect(try bytes("own/pixels.npy") == bytes("bundled/pixels.npy"))
        #expect(bundled.contains("cos ") && own.contains("cos "))
        #expect(!FileManager.default.fileExists(atPath: file("own/flow.npy").path))
    }

    @Test func aDryRunTellsTheCostAndWritesNothing() async throws {
        let text = try await explain(["--model", "moving-shapes-sides", "--samples", "9", "--dry-run"], to: "dry")
        let lines = text.split(separator: "\n")
        #expect(lines.count == 3 && lines[0] == "passes        17 forward and backward, and one forward")
        #expect(lines[1].hasPrefix("operations    ") && lines[1].hasSuffix(" GFLOP"))
        #expect(lines[2].hasSuffix(" MB at most, during attribution"))
        #expect(!FileManager.default.fileExists(atPath: file("dry").path))
    }

    @Test func quietSaysNothing() async throws {
        let text = try await explain(
            ["--model", "moving-shapes-sides", "--method", "gradient", "--check", "none", "--quiet"], to: "out")
        #expect(text.isEmpty)
        #expect(try report("out/report.json").prediction != nil)
    }

    @Test func aTerminalSeesProgress() async throws {
        let arguments = ["--model", "moving-shapes-sides", "--samples", "3", "--check", "none"]
        let seen = try await onTerminal(arguments + ["--output", file("out").path])
        let steps = try seen.matches(of: Regex(#" (\d+)/(\d+)"#, as: (Substring, Substring, Substring).self))
            .compactMap { match in Int(match.output.1).flatMap { done in Int(match.output.2).map { (done, $0) } } }
        #expect(steps.count > 3)
        #expect(steps.map(\.0) == steps.map(\.0).sorted())
        #expect(Set(steps.map(\.1)).count == 1)
        #expect(steps.first?.0 == 0)
        #expect(steps.last?.0 == steps.last?.1)
        for stage in ["decoding", "flow", "attribution"] { #expect(seen.contains("\r\(stage)")) }
        // The bar is gone before the result is there.
        let result = try #require(seen.range(of: "prediction  "))
        #expect(seen[..<result.lowerBound].hasSuffix("\r\u{1B}[K"))
        #expect(!seen[result.lowerBound...].contains("█"))

        #expect(try await onTerminal(arguments + ["--quiet", "--output", file("quiet").path]).isEmpty)
    }

    /// What a terminal gets of `cinegrad explain` on the real clip.
    private func onTerminal(
        _ arguments: [String], at location: SourceLocation = #_sourceLocation
    ) async throws -> String {
        let words = try ["explain", await RealClip.shared.value.url.path] + arguments
        let command = try ([BuiltBinary.url.path] + words).map { "'\($0)'" }.joined(separator: " ")
        let child = try ChildProcess(
            "script", ["--quiet", "--return", "--command", command, "/dev/null"],
            environment: ["HOME": directory.url.path, "SHELL": "/bin/sh"], output: .pipe, errors: file("errors"))
        let text = String(decoding: await child.output.rest(), as: UTF8.self)
        #expect(await child.ending() == .exit(0), "\(text)", sourceLocation: location)
        return text
    }
}
