import Checkpoints
import Evaluation
import Foundation
import Models
import Tensors
import TestSupport
import Testing
import Training

/// What a full disk leaves. A limit of file size stands in for it, which needs no right to mount anything: a write fails half-way in the same place.
struct FullDiskTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func file(_ path: String) -> URL { directory.url.appending(path: path) }

    /// Runs the binary with a limit for the files that it writes.
    private func limited(
        _ arguments: [String], kibibytes: Int
    ) async throws -> (ending: ChildProcess.Ending, errors: String) {
        let errors = file("errors")
        try? FileManager.default.removeItem(at: errors)
        let child = try ChildProcess(
            "bash", ["-c", "ulimit -f \(kibibytes); exec \"$@\"", "bash", try BuiltBinary.url.path] + arguments,
            environment: ["HOME": directory.url.path], output: .file(file("output")), errors: errors)
        let ending = await child.ending()
        return (ending, try String(contentsOf: errors, encoding: .utf8))
    }

    private func paths(_ directory: URL) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: directory.path).sorted()
    }

    @Test func aDatasetThatDoesNotFitLeavesNothing() async throws {
        let arguments = ["dataset", "moving-shapes", "--count", "2", "--output", file("clips").path]
        // A video has more, a directory and an error message less.
        let (ending, errors) = try await limited(arguments, kibibytes: 64)
        #expect(ending == .exit(1))
        #expect(
            errors.contains("videos/00000.mkv cannot be written: it would be larger than files may be here"),
            "\(errors)")
        #expect(!FileManager.default.fileExists(atPath: file("clips").path))
        // A directory that was there stays, empty, and the next attempt may use it.
        try FileManager.default.createDirectory(at: file("clips"), withIntermediateDirectories: false)
        #expect(try await limited(arguments, kibibytes: 64).ending == .exit(1))
        #expect(try paths(file("clips")).isEmpty)
        // The first video fits when there is no noise; its mask does not.
        let (second, reason) = try await limited(arguments + ["--noise", "0"], kibibytes: 300)
        #expect(second == .exit(1) && reason.contains("masks/00000.npy cannot be written"), "\(reason)")
        #expect(try paths(file("clips")).isEmpty)
        #expect(try await limited(arguments, kibibytes: 1 << 20).ending == .exit(0))
        #expect(try paths(file("clips")).contains("labels.json"))
    }

    @Test func aTrainingThatDoesNotFitKeepsItsLastCheckpoint() async throws {
        let output = file("training")
        func train(_ more: String..., kibibytes: Int) async throws -> (ending: ChildProcess.Ending, errors: String) {
            try await limited(
                ["train", "moving-shapes", "--output", output.path, "--quiet", "--checkpoint-every", "1"] + more,
                kibibytes: kibibytes)
        }
        let start = [
            "--task", "sides", "--steps", "4", "--batch", "1", "--channels", "2,3,4,5", "--warm-up", "1",
            "--validate-every", "100", "--validation-clips", "1",
        ]
        // The state of a whole training, to compare with.
        let whole = file("whole")
        let reference = try await limited(
            ["train", "moving-shapes", "--output", whole.path, "--quiet", "--checkpoint-every", "1"] + start,
            kibibytes: 1 << 20)
        #expect(reference.ending == .exit(0), "\(reference.errors)")

        // Nothing fits: there is no half of a file.
        let (first, errors) = try await limited(
            ["train", "moving-shapes", "--output", output.path, "--quiet", "--checkpoint-every", "1"] + start,
            kibibytes: 1)
        #expect(first == .exit(1) && errors.contains("cannot be written: it would be larger"), "\(errors)")
        let left = try paths(output)
        #expect(left.allSatisfy { !$0.hasSuffix(".unfinished") } && !left.contains("training.safetensors"))

        // A checkpoint of two steps, as an interrupted training leaves it.
        try FileManager.default.removeItem(at: output)
        var configuration = TrainingConfiguration.standard(.sides)
        (configuration.steps, configuration.batch, configuration.widths) = (4, 1, [2, 3, 4, 5])
        configuration.learningRate.warmUp = 1
        var run = try TrainingRun(TrainingDirectory(output.path), starting: configuration)
        var made = 0
        try run.run(
            TrainingRun.Pace(log: 1, checkpoint: 1, validation: 100, clips: 1), parallelism: .single,
            isWanted: {
                made += 1
                return made < 2
            }, shown: { _ in })
        let names = ["training.safetensors", "model.safetensors", "log.jsonl"]
        func contents() throws -> [Data] { try names.map { try Data(contentsOf: output.appending(path: $0)) } }
        let before = try contents()
        let size = before[0].count / 1024

        // The model fits, the training's state does not: what stood there stands, and the training goes on from it later.
        let (second, reason) = try await train("--resume", kibibytes: size / 2)
        #expect(second == .exit(1), "\(reason)")
        #expect(reason.contains("cannot be written: it would be larger than files may be here"), "\(reason)")
        #expect(try contents()[0] == before[0])
        #expect(try paths(output).allSatisfy { !$0.hasSuffix(".unfinished") })
        #expect(try TrainingDirectory(output.path).stored().trainer.step == 2)
        let third = try await train("--resume", kibibytes: 1 << 20)
        #expect(third.ending == .exit(0), "\(third.errors)")
        for name in names.prefix(2) {
            #expect(try Data(contentsOf: output.appending(path: name)) == Data(contentsOf: whole.appending(path: name)))
        }
    }
}
