package import Models

/// Why a request cannot be carried out.
package enum ExplainError: Error, Hashable, Sendable {
    case invalidRequest(DocumentError)
    case unknownModel(String)
    case unknownVideo(String)
    case nothingMoves(frames: Int)
    /// The network's outputs or gradients at this clip are not finite numbers.
    case notFinite(String)
    /// Flow that was given cannot be that of the clip.
    case unusableFlow(String)
    /// The explanation would hold more bytes at once than one may.
    case tooMuchMemory(bytes: Int, limit: Int)
}

extension ExplainError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidRequest(let error): error.description
        case .unknownModel(let name):
            "there is no model \(name): GET /v1/models lists them; bundled are \(BundledModel.allCases.map(\.rawValue).joined(separator: " and "))"
        case .unknownVideo(let id): "there is no video \(id): upload it by POST /v1/videos first, or send it along"
        case .nothingMoves(let frames):
            "a clip of \(frames) frame has no motion: choose \"space\": \"pixels\" or a model that takes more frames"
        case .unusableFlow(let reason): "the flow that was given cannot be used: \(reason)"
        case .tooMuchMemory(let bytes, let limit):
            "the explanation would hold \(bytes) bytes at once, \(limit) are allowed (limits.job-memory-bytes): take fewer frames, a model of smaller clips, or the method gradient"
        case .notFinite(let what): "\(what) not finite numbers: the clip's values may be far outside the model's range"
        }
    }

    /// A stable name for programs.
    package var code: String {
        switch self {
        case .invalidRequest(let error): error.requestCode
        case .unknownModel: "model.not-found"
        case .unknownVideo: "video.not-found"
        case .nothingMoves: "clip.no-motion"
        case .notFinite: "explanation.not-finite"
        case .unusableFlow: "flow.unusable"
        case .tooMuchMemory: "explanation.too-much-memory"
        }
    }
}
