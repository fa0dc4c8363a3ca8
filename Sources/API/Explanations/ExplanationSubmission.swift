import Crypto
import Foundation
import HTTPServer
import HTTPTypes
import Models
import Pipelines
import Store
import Video

/// Reads and checks a request for an explanation: JSON, or a form with a part `video` and a part `request` or `model`.
struct ExplanationSubmission: Sendable {
    private static let longestName = 256

    let resources: Resources

    /// What a request comes to.
    enum Outcome: Sendable {
        case job(Accepted)
        /// The cost alone was asked for.
        case dryRun(CostDocument)
    }

    struct Accepted: Sendable {
        /// With the id of the video in it.
        let request: ExplainRequest
        let videoID: String
        let modelID: String
        let artefacts: [Artefact]
    }

    func read(_ request: Request) async throws -> Outcome {
        var explain = ExplainRequest()
        var givenFlow: Data?
        let parts = ["video", "request", "model", "flow"]
        if var form = Form(request, known: parts, limit: resources.limits.videoBytes + ServiceLimits.formBytes) {
            var content: Content?
            var model: String?
            do {
                while let part = try await form.next() {
                    switch part.name {
                    case "video":
                        var sink = try await UploadSink(resources.store)
                        try await sink.receive(part.body)
                        content = try await sink.finish()
                    case "request":
                        explain = try ExplainRequest(
                            json: Data(await part.body.collect(upTo: ServiceLimits.documentBytes)))
                    case "flow": givenFlow = Data(try await part.body.collect(upTo: GivenFlow.maximumBytes))
                    default:
                        model = String(
                            decoding: try await part.body.collect(upTo: ServiceLimits.documentBytes), as: UTF8.self)
                    }
                }
                // Nothing is kept of a form whose request is wrong.
                if let model {
                    guard explain.model == nil else { throw Self.alreadyInForm("model") }
                    explain.model = model
                }
                try Self.nameModel(of: request, in: &explain)
                if let givenFlow {
                    guard explain.flow == nil else { throw Self.alreadyInForm("flow") }
                    explain.flow = .given(sha256: SHA256.hash(data: givenFlow).hexadecimal)
                }
                guard content == nil || explain.video == nil else { throw Self.alreadyInForm("video") }
                let checked = try await check(explain, video: nil, givenFlow: givenFlow, caller: request.caller)
                // Nor of one that asks what it would cost.
                if explain.isDryRun { try Self.checkWindowsAreCounted(explain) }
                if explain.isDryRun, let content {
                    let store = resources.store
                    try await offload { try store.discard(content) }
                    return .dryRun(try await document(checked))
                }
                // How many windows there are is known with the video.
                if !explain.isDryRun, explain.windows == nil { try resources.budget.admit(checked.cost) }
            } catch {
                if let content {
                    let store = resources.store
                    try await offload { try store.discard(content) }
                }
                throw error
            }
            if let content {
                explain.video = try await VideoHandlers(resources: resources).accept(
                    content, owner: request.caller.owner
                )
                .record.id
            }
        } else {
            guard request.mediaType == "application/json" || request.mediaType == nil else {
                throw ServiceError.unsupportedMediaType(
                    found: request.mediaType,
                    expected: "application/json, or multipart/form-data with the parts video and request")
            }
            explain = try ExplainRequest(
                json: Data(await request.body.collect(upTo: ServiceLimits.documentBytes)))
            try Self.nameModel(of: request, in: &explain)
        }
        guard let videoID = explain.video else {
            // What a job costs depends on the model and the request.
            if explain.isDryRun {
                try Self.checkWindowsAreCounted(explain)
                return .dryRun(
                    try await document(check(explain, video: nil, givenFlow: givenFlow, caller: request.caller)))
            }
            throw DocumentError(path: "video", reason: "give the id of a video, or send the video as a part of a form")
        }
        try Self.checkLength("video", videoID)
        let store = resources.store
        guard
            let video = try await offload({ [resources] in
                try resources.sees(.video, videoID, request.caller) ? try store.video(id: videoID) : nil
            })
        else {
            throw ExplainError.unknownVideo(videoID)
        }
        let checked = try await check(explain, video: video, givenFlow: givenFlow, caller: request.caller)
        if explain.isDryRun { return .dryRun(try await document(checked)) }
        try resources.budget.admit(checked.cost)
        let artefacts = try givenFlow.map { [try Artefact(.givenFlow, $0)] } ?? []
        return .job(
            Accepted(request: explain, videoID: videoID, modelID: checked.modelID, artefacts: artefacts))
    }

    /// A request that can be carried out, if there is memory for it.
    private struct Checked: Sendable {
        let modelID: String
        let plan: ExplainPlan
        let cost: ExplainCost
    }

    private func document(_ checked: Checked) async throws -> CostDocument {
        let (store, budget) = (resources.store, resources.budget)
        return try await offload {
            let rate = try JobRate(
                store: store, model: checked.modelID, plan: checked.plan, parallelism: budget.parallelism)
            return CostDocument(checked.cost, model: checked.modelID, budget: budget, rate: rate)
        }
    }

    /// Refuses to tell what windows over a video would cost whose length is not known.
    private static func checkWindowsAreCounted(_ request: ExplainRequest) throws {
        guard let windows = request.windows, windows.count == nil, request.video == nil else { return }
        throw DocumentError(
            path: "windows.count",
            reason:
                "how many windows there are depends on the video: give the id of one that was uploaded, or a count from 1 to \(WindowOptions.countLimit)"
        )
    }

    /// Refuses what cannot be an id or a name; a refusal repeats those, so they must not be long.
    private static func checkLength(_ path: String, _ name: String) throws {
        guard name.unicodeScalars.count <= longestName else {
            throw DocumentError(path: path, reason: "no id or name has more than \(longestName) characters")
        }
    }

    /// The model may stand in the address, where one command is all that is to be written.
    private static func nameModel(of request: Request, in explain: inout ExplainRequest) throws {
        guard let name = request.query.first("model") else { return }
        guard explain.model == nil else {
            throw DocumentError(path: "model", reason: "the address names the model already; leave this out")
        }
        explain.model = name
    }

    /// A field of the request beside a part of the same name.
    private static func alreadyInForm(_ name: String) -> DocumentError {
        DocumentError(path: name, reason: "the \(name) is a part of the form already; leave this field out")
    }

    /// Finds what can be found before the job runs, so that it is told at once.
    private func check(
        _ request: ExplainRequest, video: VideoRecord?, givenFlow: Data?, caller: Caller
    ) async throws -> Checked {
        try await offload {
            try checked(
                request, facts: video.map { try StoredVideoFacts(stored: $0.facts) }, givenFlow: givenFlow,
                caller: caller)
        }
    }

    /// Blocks.
    /// - Parameter caller: whose models may be named; nil for the configuration, which may name all.
    private func checked(
        _ request: ExplainRequest, facts: StoredVideoFacts?, givenFlow: Data?, caller: Caller?
    ) throws -> Checked {
        guard let name = request.model else {
            throw DocumentError(
                path: "model", reason: "give the id or name of a model, such as \(BundledModel.sides.rawValue)")
        }
        try Self.checkLength("model", name)
        let (library, budget) = (resources.library, resources.budget)
        let found =
            if let caller { try resources.modelID(of: name, for: caller) } else { try library.id(of: name) }
        guard let id = found else { throw ExplainError.unknownModel(name) }
        let stored = try library.load(id: id).network
        if let exclusion = facts?.dicom?.notExplained { throw VideoError.notExplained(reason: exclusion.reason) }
        let asked = try ExplainPlan(request, manifest: stored.manifest, length: facts?.length)
        let network = try stored.taking(frames: asked.windowFrames)
        let plan = try asked.resolved(for: network)
        _ = try ResolvedTarget(
            plan.target, manifest: network.manifest, scores: [Float](repeating: 0, count: network.outputs),
            shape: network.outputShape)
        if case .given(let sha256) = plan.flow {
            guard let givenFlow else {
                throw DocumentError(path: "flow.given", reason: "send the flow along as the part flow of a form")
            }
            let input = network.manifest.input
            _ = try GivenFlow(npy: givenFlow, sha256: sha256).field(
                frames: plan.sampling.frames, height: input.height, width: input.width)
        }
        if let facts {
            // An array of floating point may be the clip itself, whatever its number of frames says.
            if facts.arrayElement == nil { _ = try plan.sampling.sourceFrames(in: facts.length) }
        }
        return Checked(
            modelID: id, plan: plan,
            cost: try ExplainCost(network: network, plan: plan, parallelism: budget.parallelism))
    }

    /// What a rule asks for of an object that is about to be stored. Blocks.
    /// - Throws: what hinders it.
    func routed(_ rule: RoutingRule, video: StoredVideoFacts) throws -> NewExplanation {
        var request = rule.request
        request.model = rule.model
        let checked = try checked(request, facts: video, givenFlow: nil, caller: nil)
        try resources.budget.admit(checked.cost)
        return NewExplanation(modelID: checked.modelID) { [request] id in
            var request = request
            request.video = id
            return JSONText(request).text
        }
    }

    /// Of what was asked, for a key that must not stand for two things.
    static func fingerprint(_ accepted: Accepted, priority: JobPriority, webhook: String?) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text =
            try encoder.encode(accepted.request) + Data(accepted.modelID.utf8)
            + Data((priority == .normal ? "" : " \(priority.rawValue)").utf8)
            + Data(webhook.map { " \($0)" }?.utf8 ?? "".utf8)
        return SHA256.hash(data: text).hexadecimal
    }
}

extension SHA256Digest {
    fileprivate var hexadecimal: String { map { String(format: "%02x", $0) }.joined() }
}
