import ArgumentParser
import Evaluation
import Foundation
import Models
import Pipelines
import Tensors
import Training

/// `cinegrad models test`: how good a Moving Shapes model is, on clips with known truth.
struct TestModel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Hold a Moving Shapes model against fresh clips.",
        discussion: """
            The clips are those that no training with the same seed sees. Prints how many answers are right, or how far angles are off.
            """)

    @Argument(
        help: ArgumentHelp(
            "A bundled model by name, or the manifest (JSON) of your own.", valueName: "name-or-manifest"))
    var model: String

    @Option(help: ArgumentHelp("The weights for a manifest.", valueName: "file")) var checkpoint: String?
    @Option(help: "Clips.") var clips = 500
    @Option(help: "Of the training whose model it is; its test clips are others than its training's.") var seed:
        UInt64 = 1

    @Flag(
        help:
            "Take clips that vary more: radius 9-18 pixels, 0.8-2.0 pixels a frame, noise from 1 to 29 grey levels.")
    var wider = false

    @Option(help: "Threads; the result doesn't depend on it. Default: every processor.") var threads: Int?

    func validate() throws {
        if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads takes 1 to 1024.") }
        guard (1...1_000_000).contains(clips) else { throw ValidationError("--clips takes 1 to 1000000.") }
    }

    func run() async throws {
        do {
            try test()
        } catch {
            throw CommandFailure(error)
        }
    }

    private func test() throws {
        let source = try ModelSource(model, checkpoint: checkpoint)
        let task = try Self.task(of: source)
        let parallelism = Parallelism(threads: threads ?? ProcessInfo.processInfo.activeProcessorCount)
        let seed = Validation.testSeed(ofTraining: seed)
        let answers =
            wider
            ? try Validation.widerAnswers(
                of: source.network, task: task, seed: seed, clips: clips, parallelism: parallelism)
            : try Validation.answers(
                of: source.network, task: task, options: .standard, seed: seed, clips: clips, parallelism: parallelism
            ) { _ in }
        print("\(source.name) on \(clips) fresh \(wider ? "wider" : "standard") clips: \(Self.words(answers))")
    }

    /// By what the network answers.
    private static func task(of source: ModelSource) throws -> MovingShapesTask {
        let shape = source.network.clipShape
        let options = MovingShapesOptions.standard
        for task in MovingShapesTask.allCases
        where task.outputs == source.network.outputs && shape == [3, options.frames, options.side, options.side] {
            return task
        }
        throw Failure(
            code: "model.unusable-input",
            message:
                "\(source.name) is no Moving Shapes model: one takes clips of \(options.frames) frames of \(options.side)×\(options.side) pixels in RGB and has 3 outputs (sides) or 2 (cosine and sine of an angle)"
        )
    }

    private static func words(_ answers: MovingShapesAnswers) -> String {
        let count = answers.errors.count
        switch answers.task.measure {
        case .shareRight:
            let wrong = answers.errors.reduce(0) { $0 + Int($1) }
            return String(
                format: "%.1f %% right (%d of %d, 95 %% interval %.1f to %.1f %%)",
                100 * answers.value, count - wrong, count, 100 * bound(count - wrong, of: count, side: -1),
                100 * bound(count - wrong, of: count, side: 1))
        case .medianDegrees:
            let sorted = answers.errors.sorted()
            return String(
                format: "median error %.2f degrees, nine in ten below %.1f, the worst %.1f", answers.value,
                sorted[(count * 9 - 1) / 10], sorted[count - 1])
        }
    }

    /// An end of the 95 % interval of a share (Wilson, 1927).
    private static func bound(_ right: Int, of count: Int, side: Double) -> Double {
        let (n, z) = (Double(count), 1.96)
        let share = Double(right) / n
        let spread = z * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
        return min(max((share + z * z / (2 * n) + side * spread) / (1 + z * z / n), 0), 1)
    }
}
