import Evaluation
import Foundation
package import Tensors

/// A training from its first step or its last checkpoint to its end.
package struct TrainingRun {
    /// How often what is done, in steps.
    package struct Pace: Hashable, Sendable {
        package var log, checkpoint, validation: Int
        /// Clips of a validation.
        package var clips: Int

        package init(log: Int, checkpoint: Int, validation: Int, clips: Int) {
            self.log = log
            self.checkpoint = checkpoint
            self.validation = validation
            self.clips = clips
        }
    }

    package enum Event: Sendable {
        case step(Trainer.Report, of: Int)
        case logged(TrainingLog.Entry)
        /// Files are on the disk.
        case saved(step: Int, log: TrainingLog)
    }

    package let directory: TrainingDirectory
    package private(set) var trainer: Trainer
    package private(set) var log: TrainingLog

    /// A new training, of which nothing is in the directory yet.
    /// - Throws: ``TrainingError``.
    package init(_ directory: TrainingDirectory, starting configuration: TrainingConfiguration) throws {
        self.directory = directory
        trainer = try Trainer(configuration)
        log = TrainingLog()
    }

    /// The training that the directory holds.
    /// - Throws: ``TrainingError``, `CheckpointError`.
    package init(resuming directory: TrainingDirectory) throws {
        self.directory = directory
        (trainer, log) = try directory.stored()
    }

    /// - Parameters:
    ///   - isWanted: asked after every step whether to go on; if not, what was done is saved.
    /// - Throws: ``TrainingError``; the files of the last checkpoint then stand.
    package mutating func run(
        _ pace: Pace, parallelism: Parallelism, isWanted: () -> Bool, shown: (Event) throws -> Void
    ) throws {
        try directory.write(.manifest, Data(trainer.configuration.manifestJSON.utf8))
        let clock = ContinuousClock()
        var reports: [Trainer.Report] = []
        var start = clock.now
        while !trainer.isFinished {
            let report = try trainer.advance(parallelism: parallelism)
            reports.append(report)
            try shown(.step(report, of: trainer.configuration.steps))
            let ends = trainer.isFinished || !isWanted()
            if report.step % pace.log == 0 || ends {
                let entry = entry(of: reports, elapsed: clock.now - start)
                log.append(entry)
                try shown(.logged(entry))
                reports = []
                start = clock.now
            }
            if report.step % pace.validation == 0 || trainer.isFinished {
                let entry = try validate(clips: pace.clips, parallelism: parallelism)
                log.append(entry)
                try shown(.logged(entry))
                start = clock.now
            }
            if report.step % pace.checkpoint == 0 || ends {
                try save()
                try shown(.saved(step: report.step, log: log))
            }
            if ends { return }
        }
    }

    private func entry(of reports: [Trainer.Report], elapsed: Duration) -> TrainingLog.Entry {
        func mean(_ value: (Trainer.Report) -> Double) -> Double {
            reports.reduce(0) { $0 + value($1) } / Double(max(reports.count, 1))
        }
        var entry = TrainingLog.Entry(step: trainer.step)
        entry.loss = mean(\.loss)
        entry.locationLoss = trainer.configuration.locationWeight > 0 ? mean(\.locationLoss) : nil
        entry.gradientNorm = mean(\.gradientNorm)
        entry.learningRate = reports.last?.learningRate
        entry.secondsPerStep = elapsed / .seconds(max(reports.count, 1))
        return entry
    }

    private func validate(clips: Int, parallelism: Parallelism) throws -> TrainingLog.Entry {
        let configuration = trainer.configuration
        let answers = try Validation.answers(
            of: trainer.frozen(), task: configuration.task, options: .standard,
            seed: Validation.seed(ofTraining: configuration.seed), clips: clips, parallelism: parallelism
        ) { _ in }
        var entry = TrainingLog.Entry(step: trainer.step)
        entry.validation = answers.value
        entry.clips = clips
        return entry
    }

    /// The model first: a checkpoint never claims a step whose model is not there.
    private func save() throws {
        try directory.write(.model, trainer.model())
        try directory.write(.log, log.data())
        try directory.write(.training, TrainingCheckpoint.data(trainer))
    }
}
