import ArgumentParser
import Checkpoints
import Evaluation
import Foundation
import Models
import Pipelines
import Store
import Tensors
import Training
import Video

/// `cinegrad explain`: the main job without a service.
struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Explain one video by one model.",
        discussion: """
            Writes report.json, for every map a .npy with the signed values, a contact sheet and a picture of each \
            frame, the flow (flow_field.npy), the flow vectors and the trajectories that the score depends on most \
            (vectors.json, trajectories.json), all of it in one file (explanation.npz), figures (figure.png, \
            vectors.png, trajectories.png, timeline.png, flow_field.png) and animations. Of a DICOM object also \
            what an archive takes: a cine (saliency.dcm) and a structured report (report.dcm).

            Examples:
              cinegrad explain bikes.mp4 --model moving-shapes-sides --output out/
              cinegrad explain echo.avi --model ef.json --checkpoint ef.safetensors
              cinegrad explain clip.npy --model moving-shapes-angle --space pixels
            """)

    @Argument(help: ArgumentHelp("The video: mp4, avi, mkv, webm, gif, npy or DICOM.", valueName: "video"))
    var video: String

    @Option(
        help: ArgumentHelp(
            "A bundled model by name, or the manifest (JSON) of your own.", valueName: "name-or-manifest"))
    var model: String

    @Option(help: ArgumentHelp("The weights for a manifest, a safetensors file.", valueName: "file"))
    var checkpoint: String?

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Where to write; created if it is not there.", valueName: "directory"))
    var output = "explanation"

    @OptionGroup(title: "What to explain") var request: RequestOptions

    @OptionGroup(title: "Pictures") var pictures: PictureOptions

    @Option(help: "Threads; results don't depend on it. Default: every processor.")
    var threads: Int?

    @Flag(
        help:
            "Show and explain a DICOM object that states no regions whole, though names may be burnt into its pictures."
    )
    var wholeFrames = false

    @Flag(help: "Print what it would take, and compute nothing.")
    var dryRun = false

    @Flag(name: .shortAndLong, help: "Print nothing but errors.")
    var quiet = false

    func validate() throws {
        if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads takes 1 to 1024.") }
    }

    func run() async throws {
        do {
            try explain()
        } catch {
            throw CommandFailure(error)
        }
    }

    private func explain() throws {
        let file = try InputFile.url(video, kind: "a video")
        let limits = VideoLimits.isolated(showsWholeFrames: wholeFrames)
        let source = try ModelSource(model, checkpoint: checkpoint)
        let givenFlow = try request.givenFlow()
        let pictures = try pictures.plan()
        let asked = try request.request(givenFlow)
        let plan = try ExplainPlan(
            asked, manifest: source.network.manifest,
            length: asked.windows == nil ? nil : VideoProbe.probe(file, limits: limits).length)
        let parallelism = Parallelism(threads: threads ?? ProcessInfo.processInfo.activeProcessorCount)
        if dryRun {
            let network = try source.network.taking(frames: plan.windowFrames)
            let cost = try ExplainCost(
                network: network, plan: plan.resolved(for: network), parallelism: parallelism)
            print(Summary(cost, windows: plan.hasWindows ? plan.windowCount : nil).text)
            return
        }
        let directory = try OutputDirectory(output)
        let pipeline = try ExplainPipeline(
            network: source.network, plan: plan,
            subject: ExplanationSubject(
                video: file.lastPathComponent, model: source.name, videoDigest: try FileDigest.sha256(of: file),
                modelDigest: source.digest),
            parallelism: parallelism, rate: .standard(parallelism))
        let bar = ProgressBar(isShown: !quiet && ProgressBar.isTerminal)
        defer { bar.finish() }
        let explanation = try pipeline.run(video: file, limits: limits, givenFlow: givenFlow) {
            bar.show($0)
        }
        bar.finish()
        try directory.write(
            explanation, channels: source.network.manifest.input.channels, video: file, limits: limits,
            pictures: pictures)
        if !quiet { print(Summary(explanation.report, directory: output).text) }
    }
}

/// An error on its way to the terminal: one line and a non-zero status.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String

    init(_ error: any Error) {
        if let failure = Failure(error) {
            description = failure.message
        } else if let error = error as? CommandFailure {
            description = error.description
        } else if let error = error as? TrainingError {
            description = error.description
        } else if let error = error as? MovingShapesError {
            description = error.description
        } else if let error = error as? SafetensorsWriter.Refusal {
            description = error.description
        } else if let error = error as? StoreError {
            description = error.description
        } else if let error = error as? ConfigurationError {
            description = error.description
        } else {
            description = (error as NSError).localizedDescription
        }
    }
}
