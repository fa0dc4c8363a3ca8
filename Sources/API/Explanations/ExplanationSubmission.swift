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

    struct Accepted: Sendable {
        /// With the id of the video in it.
        let request: ExplainRequest
        let videoID: String
        let modelID: String
        let artefacts: [Artefact]
    }

    func read(_ request: Request) async throws -> Accepted {
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
                if let givenFlow {
                    guard explain.flow == nil else { throw Self.alreadyInForm("flow") }
                    explain.flow = .given(sha256: SHA256.hash(data: givenFlow).hexadecimal)
                }
                guard content == nil || explain.video == nil else { throw Self.alreadyInForm("video") }
                try await check(explain, video: nil, givenFlow: givenFlow)
            } catch {
                if let content {
                    let store = resources.store
                    try await offload { try store.discard(content) }
                }
                throw error
            }
            if let content {
                explain.video = try await VideoHandlers(resources: resources).accept(content).record.id
            }
        } else {
            guard request.mediaType == "application/json" || request.mediaType == nil else {
                throw ServiceError.unsupportedMediaType(
                    found: request.mediaType,
                    expected: "application/json, or multipart/form-data with the parts video and request")
            }
            explain = try ExplainRequest(
                json: Data(await request.body.collect(upTo: ServiceLimits.documentBytes)))
        }
        guard let videoID = explain.video else {
            throw DocumentError(path: "video", reason: "give the id of a video, or send the video as a part of a form")
        }
        try Self.checkLength("video", videoID)
        let store = resources.store
        guard let video = try await offload({ try store.video(id: videoID) }) else {
            throw ExplainError.unknownVideo(videoID)
        }
        let modelID = try await check(explain, video: video, givenFlow: givenFlow)
        let artefacts = try givenFlow.map { [try Artefact(.givenFlow, $0)] } ?? []
        return Accepted(request: explain, videoID: videoID, modelID: modelID, artefacts: artefacts)
    }

    /// Refuses what cannot be an id or a name; a refusal repeats those, so they must not be long.
    private static func checkLength(_ path: String, _ name: String) throws {
        guard name.unicodeScalars.count <= longestName else {
            throw DocumentError(path: path, reason: "no id or name has more than \(longestName) characters")
        }
    }

    /// A field of the request beside a part of the same name.
    private static func alreadyInForm(_ name: String) -> DocumentError {
        DocumentError(path: name, reason: "the \(name) is a part of the form already; leave this field out")
    }

    /// Finds what can be found before the job runs, so that it is told at once.
    /// - Returns: the model's id.
    @discardableResult
    private func check(
        _ request: ExplainRequest, video: VideoRecord?, givenFlow: Data?
    ) async throws -> String {
        guard let name = request.model else {
            throw DocumentError(
                path: "model", reason: "give the id or name of a model, such as \(BundledModel.sides.rawValue)")
        }
        try Self.checkLength("model", name)
        let library = resources.library
        return try await offload {
            guard let id = try library.id(of: name) else { throw ExplainError.unknownModel(name) }
            let network = try library.load(id: id).network
            let plan = try ExplainPlan(request, manifest: network.manifest)
            _ = try ResolvedTarget(
                plan.target, manifest: network.manifest, scores: [Float](repeating: 0, count: network.outputs))
            if case .given(let sha256) = plan.flow {
                guard let givenFlow else {
                    throw DocumentError(path: "flow.given", reason: "send the flow along as the part flow of a form")
                }
                let input = network.manifest.input
                _ = try GivenFlow(npy: givenFlow, sha256: sha256).field(
                    frames: plan.sampling.frames, height: input.height, width: input.width)
            }
            if let video {
                let facts = try StoredVideoFacts(stored: video.facts)
                // An array of floating point may be the clip itself, whatever its number of frames says.
                if facts.arrayElement == nil { _ = try plan.sampling.sourceFrames(available: facts.frames) }
            }
            return id
        }
    }

    /// Of what was asked, for a key that must not stand for two things.
    static func fingerprint(_ accepted: Accepted) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text = try encoder.encode(accepted.request) + Data(accepted.modelID.utf8)
        return SHA256.hash(data: text).hexadecimal
    }
}

extension SHA256Digest {
    fileprivate var hexadecimal: String { map { String(format: "%02x", $0) }.joined() }
}
