import ArgumentParser
import Evaluation
import Foundation
import Pipelines
import Tensors
import Training

/// `cinegrad train moving-shapes`: the models that ship, from nothing but a seed.
struct TrainMovingShapes: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "moving-shapes",
        abstract: "Train one of the Moving Shapes models on clips that are drawn as they are needed.",
        discussion: """
            Writes model.json and model.safetensors, log.jsonl, curve.png, and training.safetensors, from which \
            --resume goes on. The same options give the same model, wherever the training was interrupted.

            Examples:
              cinegrad train moving-shapes --task sides --output sides/
              cinegrad train moving-shapes --output sides/ --resume
            """)

    @Option(help: "sides (3, 4 or 5, of the coloured shape that moves) or angle (of its direction).")
    var task: MovingShapesTask?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Where the training lives; created if it is not there.", valueName: "directory"))
    var output = "training"

    @Flag(help: "Go on with the training in the directory.")
    var resume = false

    @OptionGroup(title: "What the result depends on") var options: TrainingOptions

    @Option(help: "Steps between checkpoints.") var checkpointEvery = 200
    @Option(help: "Steps between validations.") var validateEvery = 400
    @Option(help: "Fresh clips of a validation.") var validationClips = 200

    @Option(
        help:
            "Clips, fresh and standard, to hold the finished model against; also of a training that was finished before."
    )
    var testClips = 0

    @Option(help: "Threads; the result doesn't depend on it. Default: every processor.")
    var threads: Int?

    @Flag(name: .shortAndLong, help: "Print nothing but errors.")
    var quiet = false

    func validate() throws {
        if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads takes 1 to 1024.") }
        for (name, value) in [
            ("--checkpoint-every", checkpointEvery), ("--validate-every", validateEvery),
            ("--validation-clips", validationClips),
        ] where !(1...1_000_000).contains(value) {
            throw ValidationError("\(name) takes 1 to 1000000.")
        }
        guard (0...1_000_000).contains(testClips) else { throw ValidationError("--test-clips takes 0 to 1000000.") }
        guard resume || task != nil else { throw ValidationError("Give --task sides or --task angle.") }
    }

    func run() async throws {
        do {
            try train()
        } catch {
            throw CommandFailure(error)
        }
    }

    private func train() throws {
        let directory = try TrainingDirectory(output)
        var run = try self.run(in: directory)
        let configuration = run.trainer.configuration
        let display = TrainingDisplay(run, isQuiet: quiet)
        let pace = TrainingRun.Pace(
            log: min(50, checkpointEvery), checkpoint: checkpointEvery, validation: validateEvery,
            clips: validationClips)
        try run.run(
            pace, parallelism: parallelism,
            isWanted: { true }
        ) { event in
            display.show(event)
            if case .saved(_, let log) = event {
                try directory.write(.curve, TrainingCurve(log: log, configuration: configuration).png())
            }
        }
        display.finish()
        try directory.write(.curve, TrainingCurve(log: run.log, configuration: configuration).png())
        if testClips > 0 { try test(run.trainer) }
    }

    private func test(_ trainer: Trainer) throws {
        let configuration = trainer.configuration
        let answers = try Validation.answers(
            of: trainer.frozen(), task: configuration.task, options: .standard,
            seed: Validation.testSeed(ofTraining: configuration.seed), clips: testClips, parallelism: parallelism
        ) { _ in }
        switch configuration.task.measure {
        case .shareRight:
            print(
                String(format: "%.1f %% of %d fresh clips are answered rightly", 100 * answers.value, testClips))
        case .medianDegrees:
            print(
                String(format: "median error on %d fresh clips: %.2f degrees", testClips, answers.value))
        }
    }

    private var parallelism: Parallelism {
        Parallelism(threads: threads ?? ProcessInfo.processInfo.activeProcessorCount)
    }

    private func run(in directory: TrainingDirectory) throws -> TrainingRun {
        guard resume else {
            guard !directory.holdsTraining else {
                throw Failure(
                    code: "training.exists",
                    message:
                        "\(output) holds a training: go on with --resume, or choose another directory with --output")
            }
            return try TrainingRun(
                directory, starting: options.configuration(.standard(task ?? .sides)))
        }
        guard directory.holdsTraining else {
            throw TrainingError.notResumable(path: output, reason: "it holds no training")
        }
        let run = try TrainingRun(resuming: directory)
        var wanted = options.configuration(run.trainer.configuration)
        if let task { wanted.task = task }
        let differences = run.trainer.configuration.differences(from: wanted)
        guard differences.isEmpty else {
            throw TrainingError.configurationDiffers(path: output, differences: differences)
        }
        return run
    }
}

extension MovingShapesTask: ExpressibleByArgument {}
