import Foundation
import TestSupport
import Testing

/// `cinegrad evaluate moving-shapes`, as a user runs it.
struct EvaluateTests {
    private let directory: TemporaryDirectory
    private var output: URL { directory.url.appending(path: "evaluation") }

    init() throws { directory = try TemporaryDirectory() }

    @discardableResult
    private func evaluate(
        _ arguments: [String], into output: String = "evaluation", expecting status: Int32 = 0,
        at location: SourceLocation = #_sourceLocation
    ) async throws -> (output: String, errors: String) {
        let (ending, printed, errors) = try await BuiltBinary.end(
            ["evaluate", "moving-shapes", "--output", directory.url.appending(path: output).path] + arguments,
            environment: [:], in: directory)
        #expect(ending == .exit(status), "\(printed)\(errors)", sourceLocation: location)
        return (printed, errors)
    }

    private static let short = ["--task", "angle", "--methods", "gradient", "--curve-clips", "0"]

    @Test func aResumedRunGivesTheSameTable() async throws {
        let whole = try await evaluate(Self.short + ["--examples", "2"], into: "whole").output
        #expect(whole.contains("| vanilla/x |") && whole.contains("## angle: moving-shapes-angle"))
        try await evaluate(Self.short + ["--examples", "1"])
        // As an interrupted run leaves it: a line that has no end.
        let clips = output.appending(path: "clips-angle.jsonl")
        let first = try Data(contentsOf: clips)
        try (first + Data(#"{"clip": 1, "err"#.utf8)).write(to: clips)
        let resumed = try await evaluate(Self.short + ["--examples", "2", "--resume"]).output
        #expect(resumed == whole)
        for name in ["report.md", "report.json", "figure.png", "clips-angle.jsonl"] {
            let other = try Data(contentsOf: directory.url.appending(path: "whole/\(name)"))
            #expect(try Data(contentsOf: output.appending(path: name)) == other, "\(name)")
        }
        let exists = try await evaluate(Self.short + ["--examples", "2"], expecting: 1).errors
        #expect(exists.contains("holds an evaluation: go on with --resume"))
        let differs = try await evaluate(Self.short + ["--examples", "2", "--resume", "--seed", "7"], expecting: 1)
            .errors
        #expect(differs.contains("other options"))
        try Data("{}\n".utf8).write(to: clips)
        let damaged = try await evaluate(Self.short + ["--examples", "2", "--resume"], expecting: 1).errors
        #expect(damaged.contains("line 1 of clips-angle.jsonl"))
    }

    @Test func whatCannotBeMeasuredIsRefusedAndLeavesNothing() async throws {
        let none = try await evaluate(["--examples", "0"], expecting: 64).errors
        #expect(none.contains("--examples takes 1 to 10000"))
        let task = try await evaluate(["--model", "moving-shapes-sides", "--task", "angle"], expecting: 1).errors
        #expect(task.contains("3 outputs") && task.contains("angle needs"))
        try Data(
            """
            {"name": "tiny", "architecture": {"family": "r2plus1d", "channels": [6, 8, 12, 16], "blocks": [1, 1, 1, 1], "stem": 5},
             "task": "classification", "labels": ["circle", "square", "star", "none"],
             "input": {"frames": 8, "height": 32, "width": 40}}
            """.utf8
        ).write(to: directory.url.appending(path: "tiny.json"))
        let contract = try await evaluate(
            [
                "--model", directory.url.appending(path: "tiny.json").path, "--checkpoint",
                fixture("checkpoints/tiny_echonet.pt").path,
            ], expecting: 1
        ).errors
        #expect(contract.contains("the model tiny cannot be held against Moving Shapes"))
        let missing = try await evaluate(["--resume", "--examples", "1", "--task", "sides"], expecting: 1).errors
        #expect(missing.contains("holds no evaluation to resume"))
        let left = (try? FileManager.default.contentsOfDirectory(atPath: output.path)) ?? []
        #expect(left.isEmpty)
    }
}
