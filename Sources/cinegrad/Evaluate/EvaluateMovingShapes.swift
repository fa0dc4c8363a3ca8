import ArgumentParser
import Attribution
import Evaluation
import Foundation
import Models
import Pipelines
import Synchronization
import Tensors

/// `cinegrad evaluate moving-shapes`: the report's table (Hughes, figure 2) and more.
struct EvaluateMovingShapes: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "moving-shapes",
        abstract: "Hold the explanations of a model against the truth about Moving Shapes clips.",
        discussion: """
            Writes report.md, report.json and figure.png. The measurements of each clip are kept in clips-TASK.jsonl as they \
            are made, so that a run which was interrupted goes on with --resume; its result is the same.

            Examples:
              cinegrad evaluate moving-shapes --examples 100 --output evaluation/
              cinegrad evaluate moving-shapes --model mine.json --checkpoint mine.safetensors --examples 30
            """)

    @Option(help: "Clips for each task.") var examples = 100
    @Option(help: "sides or angle. Default: both, by the bundled models, or the task that --model answers.")
    var task: MovingShapesTask?
    @Option(
        help: ArgumentHelp(
            "A bundled model by name, or the manifest (JSON) of your own. Default: the bundled ones.",
            valueName: "name-or-manifest"))
    var model: String?
    @Option(help: ArgumentHelp("The weights for a manifest.", valueName: "file")) var checkpoint: String?
    @Option(
        name: .shortAndLong, help: ArgumentHelp("Where to write; created if it is not there.", valueName: "directory"))
    var output = "evaluation"
    @Flag(help: "Go on with the evaluation in the directory; more --examples than before add to it.") var resume = false

    @Option(help: "Of clips, noise and random networks.") var seed: UInt64 = 1
    @Option(help: "Standard deviation of the clips' noise, in grey levels of 0…255.") var noise = 20.0
    @Option(help: "White distractors that move.") var whiteDistractors = 1
    @Option(help: "Coloured distractors that stand still.") var staticDistractors = 1
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "\(MethodName.ofParts.map(\.rawValue).joined(separator: ", ")). Default: \(EvaluationPlan.standardMethods.map(\.rawValue).joined(separator: ", ")).",
            valueName: "name"))
    var methods: [MethodName] = []
    @Option(help: "Noisy copies of SmoothGrad, steps of integrated gradients.") var samples = 10
    @Option(help: "Pixels around a shape that still belong to it.") var margin = 2

    @Option(help: "The first clips, for which curves of insertion and deletion are drawn.") var curveClips = 10

    @Option(help: "Threads; results don't depend on it. Default: every processor.") var threads: Int?
    @Flag(name: .shortAndLong, help: "Print nothing but errors.") var quiet = false

    func validate() throws {
        if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads takes 1 to 1024.") }
        guard (1...EvaluationPlan.exampleLimit).contains(examples) else {
            throw ValidationError("--examples takes 1 to \(EvaluationPlan.exampleLimit).")
        }
        guard EvaluationPlan.sampleRange.contains(samples) else { throw ValidationError("--samples takes 1 to 1000.") }
        guard (0...10_000).contains(curveClips) else { throw ValidationError("--curve-clips takes 0 to 10000.") }
        guard methods.allSatisfy(MethodName.ofParts.contains) else {
            throw ValidationError("--methods takes \(MethodName.ofParts.map(\.rawValue).joined(separator: ", ")).")
        }
        guard EvaluationPlan.marginRange.contains(margin) else { throw ValidationError("--margin takes 0 to 16.") }
    }

    func run() async throws {
        do {
            try evaluate()
        } catch {
            throw CommandFailure(error)
        }
    }

    private func evaluate() throws {
        let sources = try self.sources()
        var shapes = MovingShapesOptions.standard
        shapes.noise = noise
        shapes.whiteDistractors = whiteDistractors
        shapes.staticDistractors = staticDistractors
        let options = StudyOptions(
            seed: seed, shapes: shapes, methods: methods.isEmpty ? EvaluationPlan.standardMethods : methods,
            samples: samples,
            levels: .standard, margin: margin, curveClips: curveClips)
        let plan = try EvaluationPlan(
            subjects: sources.map { .init(task: $0.task, model: $0.source.name, sha256: $0.source.digest) },
            examples: examples, options: options)
        let studies = try sources.map {
            try MovingShapesStudy($0.source.network, task: $0.task, options: options)
        }
        let directory = try EvaluationDirectory(output)
        try directory.begin(plan, resumes: resume)
        let parallelism = Parallelism(threads: threads ?? ProcessInfo.processInfo.activeProcessorCount)
        let progress = EvaluationProgress(clips: examples * studies.count, isQuiet: quiet)
        var findings: [[ClipFindings]] = []
        for study in studies {
            var found = try directory.findings(of: study.task)
            progress.skip(min(found.count, examples))
            for clip in found.count..<max(examples, found.count) {
                let clip = try study.findings(clip: clip, parallelism: parallelism) {}
                try directory.append(clip, of: study.task)
                found.append(clip)
                progress.finish(study.task)
            }
            findings.append(Array(found.prefix(examples)))
        }
        progress.close()
        let report = EvaluationReport(plan, findings: findings)
        try directory.write(report)
        if !quiet { print(report.markdown) }
    }

    private func sources() throws -> [(task: MovingShapesTask, source: ModelSource)] {
        guard let model else {
            guard checkpoint == nil else {
                throw Failure(code: "request.invalid", message: "--checkpoint needs --model")
            }
            return try (task.map { [$0] } ?? MovingShapesTask.allCases).map {
                ($0, try ModelSource($0.model.rawValue, checkpoint: nil))
            }
        }
        let source = try ModelSource(model, checkpoint: checkpoint)
        return [(task ?? MovingShapesStudy.task(of: source.network) ?? .sides, source)]
    }
}

extension MethodName: ExpressibleByArgument {}
