import ArgumentParser
import Evaluation
import Foundation
import Models
import Pipelines
import Tensors

struct Evaluate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure what explanations are worth, where the truth is known.",
        discussion: """
            With --quick, a self-test of some minutes: whether this build on this machine explains as it should, with pass or \
            fail for each property. The status is 1 if one fails.
            """,
        subcommands: [EvaluateMovingShapes.self])

    @Flag(help: "Run the self-test on the bundled models.") var quick = false
    @Flag(help: "Print its result as JSON.") var json = false
    @Option(help: "Threads; results don't depend on it. Default: every processor.") var threads: Int?

    func validate() throws {
        if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads takes 1 to 1024.") }
    }

    func run() async throws {
        guard quick else { throw CleanExit.helpRequest(self) }
        let properties: [SelfTest.Property]
        let tasks = MovingShapesTask.allCases
        let progress = EvaluationProgress(clips: tasks.count * SelfTest.clips, isQuiet: false)
        do {
            properties = try tasks.flatMap { task in
                let test = try SelfTest(
                    task.model.load(), task: task,
                    parallelism: Parallelism(threads: threads ?? ProcessInfo.processInfo.activeProcessorCount))
                let findings = try (0..<SelfTest.clips).map { clip in
                    defer { progress.finish(task) }
                    return try test.findings(clip: clip) {}
                }
                return try test.properties(of: findings) {}
            }
            progress.close()
        } catch {
            throw CommandFailure(error)
        }
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            print(String(decoding: try encoder.encode(properties), as: UTF8.self))
        } else {
            for property in properties {
                print(
                    "\(property.passed ? "pass" : "FAIL")  \(property.task.rawValue): \(property.name): \(property.measured) (\(property.needed))"
                )
            }
        }
        if properties.contains(where: { !$0.passed }) { throw ExitCode.failure }
    }
}
