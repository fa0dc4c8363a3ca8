import Checkpoints
import Evaluation
import Foundation
import Models
import Tensors
import TestSupport
import Testing
import Training

/// Trainings of three steps of a tiny network.
@Suite struct TrainingRunTests {
    private func configuration(_ task: MovingShapesTask = .sides) -> TrainingConfiguration {
        var configuration = TrainingConfiguration.standard(task)
        configuration.batch = 2
        configuration.steps = 3
        configuration.widths = [2, 3, 4, 5]
        configuration.learningRate.warmUp = 1
        configuration.dropout = 0.2
        return configuration
    }

    private let pace = TrainingRun.Pace(log: 1, checkpoint: 1, validation: 100, clips: 2)

    /// Runs so many steps and leaves a checkpoint.
    private func run(_ run: inout TrainingRun, steps: Int, threads: Int = 1) throws {
        var made = 0
        try run.run(
            pace, parallelism: Parallelism(threads: threads),
            isWanted: {
                made += 1
                return made < steps
            }, shown: { _ in })
    }

    private func bytes(_ directory: TrainingDirectory, _ file: TrainingDirectory.File) throws -> Data {
        try Data(contentsOf: directory.url(file))
    }

    @Test(
        "Interrupted and resumed, with other threads, a training ends with the same bits",
        arguments: MovingShapesTask.allCases)
    func resumes(_ task: MovingShapesTask) throws {
        let (a, b) = (try TemporaryDirectory(), try TemporaryDirectory())
        let whole = try TrainingDirectory(a.url.path)
        var straight = try TrainingRun(whole, starting: configuration(task))
        try run(&straight, steps: 3)
        let parts = try TrainingDirectory(b.url.path)
        var first = try TrainingRun(parts, starting: configuration(task))
        try run(&first, steps: 1, threads: 2)
        #expect(try parts.stored().trainer.step == 1)
        var second = try TrainingRun(resuming: parts)
        try run(&second, steps: 3, threads: 2)
        #expect(try bytes(parts, .training) == bytes(whole, .training))
        #expect(try bytes(parts, .model) == bytes(whole, .model))
        #expect(try TrainingLog(bytes(parts, .log)).entries.filter { $0.loss != nil }.map(\.step) == [1, 2, 3])
        // What comes out is a model, by itself.
        let network = try Network(
            ModelManifest(json: bytes(whole, .manifest)),
            checkpoint: Checkpoint.open(whole.url(.model), limits: CheckpointLimits()))
        let clip = try MovingShapes(.standard, seed: 3).clip(0).intensities
        #expect(try network.scores(of: clip, parallelism: .single).count == task.outputs)
        #expect(try straight.trainer.model() == bytes(whole, .model))
    }

    @Test("Another seed is another training")
    func seeds() throws {
        var other = configuration()
        other.seed = 2
        var trainers = try [Trainer(configuration()), Trainer(other), Trainer(configuration())]
        for index in trainers.indices { _ = try trainers[index].advance(parallelism: .single) }
        let models = try trainers.map { try $0.model() }
        #expect(models[0] != models[1] && models[0] == models[2])
    }

    @Test("Every difference from what was stored is named")
    func differences() {
        var other = configuration()
        other.task = .angle
        other.learningRate.peak = 0.5
        other.widths = [1, 1, 1, 1]
        #expect(configuration().differences(from: other).map(\.field) == ["task", "channels", "learning rate"])
        #expect(configuration().differences(from: configuration()).isEmpty)
    }

    @Test("A loss that is no number ends the training with the step, and what was saved stands")
    func divergence() throws {
        let temporary = try TemporaryDirectory()
        let directory = try TrainingDirectory(temporary.url.path)
        var wild = configuration()
        // Adam's first step moves every weight by the rate, so the pass of the second overflows in its first convolution, and batch norm makes that a NaN.
        wild.learningRate.peak = 1e36
        wild.learningRate.warmUp = 0
        wild.optimizer = .adamW(.usual, decay: 0)
        var training = try TrainingRun(directory, starting: wild)
        #expect(throws: TrainingError.diverged(step: 1, what: "the loss")) { try run(&training, steps: 3) }
        #expect(try directory.stored().trainer.step == 1)
        let saved = try bytes(directory, .training)
        let values = try directory.stored().trainer.weights.mapValues(\.values)
        #expect(values.allSatisfy { $0.value.allSatisfy(\.isFinite) })
        // The step that failed changed nothing, in memory or on the disk.
        #expect(training.trainer.step == 1 && training.trainer.weights.mapValues(\.values) == values)
        var again = try TrainingRun(resuming: directory)
        #expect(throws: TrainingError.diverged(step: 1, what: "the loss")) { try run(&again, steps: 3) }
        #expect(try bytes(directory, .training) == saved)
    }

    @Test("A directory with other files is refused, and so are damaged trainings")
    func foreignFiles() throws {
        let temporary = try TemporaryDirectory()
        let path = temporary.url.path
        try Data("x".utf8).write(to: temporary.url.appending(path: "notes.txt"))
        #expect(throws: TrainingError.foreignFiles(path: path, names: ["notes.txt"])) { try TrainingDirectory(path) }
        try FileManager.default.removeItem(at: temporary.url.appending(path: "notes.txt"))
        let directory = try TrainingDirectory(path)
        var training = try TrainingRun(directory, starting: configuration())
        try run(&training, steps: 1)
        // A model is a safetensors file, but no training.
        try bytes(directory, .model).write(to: directory.url(.training))
        #expect {
            try TrainingRun(resuming: directory)
        } throws: { error in
            guard case TrainingError.notResumable(_, let reason) = error else { return false }
            return reason == "it is no training's checkpoint"
        }
    }

    @Test("A file that cannot be written leaves the old one, and nothing beside it")
    func unwritable() throws {
        let temporary = try TemporaryDirectory()
        let file = temporary.url.appending(path: "model.safetensors")
        try DurableWrite.replace(file, with: Data("old".utf8))
        // A directory in the place of the unfinished file refuses writing for every user.
        let place = temporary.url.appending(path: "model.safetensors.unfinished")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: false)
        #expect(throws: TrainingError.self) { try DurableWrite.replace(file, with: Data("new".utf8)) }
        #expect(try Data(contentsOf: file) == Data("old".utf8))
        let missing = temporary.url.appending(path: "no/where")
        #expect(throws: TrainingError.unwritable(path: missing.path, reason: "there is no such directory")) {
            try DurableWrite.replace(missing, with: Data())
        }
    }
}
