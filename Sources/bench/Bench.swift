import ArgumentParser

/// Measures what a user waits for, one measurement a process, so that the process's peak memory belongs to it.
@main
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure time and memory; a line of JSON each.",
        subcommands: [
            TrainingStep.self, Forward.self, Gradient.self, SmoothGradRun.self, FarnebackRun.self, PassRun.self,
            PeakRun.self,
        ])
}
