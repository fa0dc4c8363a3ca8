import Cine
import Foundation
package import Jobs
import Models
package import Store
import Tensors
package import Video

/// Carries out explanations for the worker pool: from a stored request to a stored result.
package struct ExplanationRunner: JobRunner {
    private let store: Store
    private let library: ModelLibrary
    private let limits: VideoLimits
    private let budget: JobBudget
    private let keepInterval: Duration

    /// - Parameter keepInterval: the least time between two partial results; a second suits.
    package init(
        store: Store, library: ModelLibrary, limits: VideoLimits, budget: JobBudget, keepInterval: Duration
    ) {
        self.store = store
        self.library = library
        self.limits = limits
        self.budget = budget
        self.keepInterval = keepInterval
    }

    package func run(_ job: ClaimedJob, control: JobControl) throws -> JobOutcome {
        defer { FloatMemory.trim() }
        do {
            return try explain(job, control: control)
        } catch {
            // What the client sent is told to the client; the rest, interruptions too, is the pool's to deal with.
            throw Failure(error) ?? error
        }
    }

    private func explain(_ job: ClaimedJob, control: JobControl) throws -> JobOutcome {
        let request = try ExplainRequest(json: Data(job.request.utf8))
        guard let video = try store.video(id: job.videoID) else { throw ExplainError.unknownVideo(job.videoID) }
        let model = try library.load(id: job.modelID)
        let plan = try ExplainPlan(
            request, manifest: model.network.manifest,
            length: request.windows == nil ? nil : VideoLength(stored: video.facts))
        // Settings may have changed since it was accepted.
        try budget.admit(ExplainCost(network: model.network, plan: plan, parallelism: budget.parallelism))
        let pipeline = try ExplainPipeline(
            network: model.network, plan: plan,
            subject: ExplanationSubject(
                video: video.id, model: model.id, videoDigest: video.sha256, modelDigest: model.sha256),
            parallelism: budget.parallelism,
            rate: try JobRate(store: store, model: model.id, plan: plan, parallelism: budget.parallelism))
        let channels = model.network.manifest.input.channels
        let board = PartialBoard(control, channels: channels, interval: keepInterval)
        let explanation = try pipeline.run(
            video: store.contentURL(sha256: video.sha256), limits: limits, givenFlow: try givenFlow(plan, job: job),
            partial: board.recipient
        ) { progress in
            try control.report(
                completed: progress.completed, total: progress.total, stage: progress.stage.rawValue,
                partial: board.summary(progress))
        }
        try control.report(
            completed: plan.passes, total: plan.passes, stage: ExplainProgress.Stage.storing.rawValue, partial: nil)
        let clock = ContinuousClock()
        let start = clock.now
        let report = explanation.report
        // A report that cannot be written fails the job here, and not where its result is stored.
        _ = try report.json(pretty: false)
        let maps = try explanation.mapRecords()
        let clip = try ClipFrames(
            width: explanation.clip.clip.width, height: explanation.clip.clip.height,
            frames: explanation.clip.backgrounds(network: channels))
        let artefacts = try [(Artefact.Name.vectors, explanation.vectors), (.trajectories, explanation.trajectories)]
            .compactMap { name, data in try data.map { try Artefact(name, $0) } }
        let packing = clock.now - start
        return .succeeded(
            result: JobResult { storing in
                String(
                    decoding: try report.storing(seconds: (packing + storing).seconds).json(pretty: false),
                    as: UTF8.self)
            }, maps: maps, clip: clip, artefacts: artefacts)
    }

    private func givenFlow(_ plan: ExplainPlan, job: ClaimedJob) throws -> GivenFlow? {
        guard case .given(let sha256) = plan.flow,
            let npy = try store.artefact(explanation: job.id, name: .givenFlow)
        else { return nil }
        return try GivenFlow(npy: npy, sha256: sha256)
    }
}

extension VideoLength {
    /// What a job needs of the facts that are stored beside a video.
    private struct Facts: Decodable {
        let frames: Int
        let frameRate: Double?
        let arrayShape: [Int]?
    }

    /// - Throws: `DecodingError` when what is stored is damaged.
    package init(stored json: String) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let facts = try decoder.decode(Facts.self, from: Data(json.utf8))
        self.init(frames: facts.frames, frameRate: facts.frameRate, isArray: facts.arrayShape != nil)
    }
}
