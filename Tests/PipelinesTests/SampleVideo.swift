import CSampleClip
import Foundation
import Models
import Pipelines
import Tensors
import TestSupport
import Video

/// The clip that the binary carries, as a file: a coloured triangle that moves at 30°, a white square, a pentagon that stands still.
struct SampleVideo {
    let url: URL
    private let directory: TemporaryDirectory

    /// The video's bytes.
    static var bytes: [UInt8] {
        Array(UnsafeBufferPointer(start: cinegrad_sample_clip_start(), count: cinegrad_sample_clip_size))
    }

    init() throws {
        directory = try TemporaryDirectory()
        url = directory.url.appending(path: "sample.mp4")
        try Data(UnsafeBufferPointer(start: cinegrad_sample_clip_start(), count: cinegrad_sample_clip_size)).write(
            to: url)
    }

    func explain(
        _ model: BundledModel, _ json: String, threads: Int = 2, givenFlow: GivenFlow? = nil,
        report: @escaping @Sendable (ExplainProgress) throws -> Void = { _ in }
    ) throws -> Explanation {
        defer { withExtendedLifetime(directory) {} }
        let network = try model.load()
        return try ExplainPipeline(
            network: network,
            plan: ExplainPlan(
                ExplainRequest(json: Data(json.utf8)), manifest: network.manifest,
                length: VideoLength(frames: 32, frameRate: nil, isArray: false)),
            subject: ExplanationSubject(
                video: "sample.mp4", model: model.rawValue, videoDigest: FileDigest.sha256(of: url),
                modelDigest: model.sha256),
            parallelism: Parallelism(threads: threads), rate: .standard(.single)
        ).run(video: url, limits: VideoLimits(), givenFlow: givenFlow, report: report)
    }
}
