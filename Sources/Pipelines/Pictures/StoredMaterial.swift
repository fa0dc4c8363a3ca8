package import Cine
package import Foundation
package import Store
package import Video

/// A stored explanation as material for pictures: each frame is read when it is drawn, and no other.
package final class StoredMaterial: PictureMaterial {
    package let subject: String
    package let facts: PictureFacts
    private let store: Store
    private let video: () throws -> FrameStream
    private var frames: FrameStream?

    /// - Parameters:
    ///   - id: of an explanation that has a report.
    ///   - report: its JSON.
    ///   - videoID: of the video, which may be gone; only the source's geometry needs it.
    package init(_ id: String, report: String, videoID: String, in store: Store, limits: VideoLimits) throws {
        subject = id
        let facts = try PictureFacts(report: Data(report.utf8))
        self.facts = facts
        self.store = store
        video = {
            guard let record = try store.video(id: videoID) else { throw ExplainError.unknownVideo(videoID) }
            return FrameStream(store.contentURL(sha256: record.sha256), framing: facts.framing, limits: limits)
        }
    }

    package func components(of kind: MapKind, frame: Int) throws -> [[Float]] {
        guard let planes = try planes(kind.rawValue, frame) else {
            throw PictureError.nothing(of: "map \(kind.rawValue)")
        }
        return planes
    }

    package func flow(into frame: Int) throws -> (dx: [Float], dy: [Float])? {
        guard let planes = try planes(AuxiliaryMap.samplingFlow.rawValue, frame - 1), planes.count == 2 else {
            return nil
        }
        return (planes[0], planes[1])
    }

    package func noisy(_ index: Int) throws -> [[Float]]? { try planes(AuxiliaryMap.noisyFrames.rawValue, index) }

    private func planes(_ kind: String, _ frame: Int) throws -> [[Float]]? {
        guard let values = try store.mapFrame(explanation: subject, kind: kind, frame: frame) else { return nil }
        let plane = max(facts.width * facts.height, 1)
        return stride(from: 0, to: values.count, by: plane).map { Array(values[$0..<min($0 + plane, values.count)]) }
    }

    package func modelFrame(_ frame: Int) throws -> RGBImage? {
        try store.clipFrame(explanation: subject, frame: frame).map {
            RGBImage(width: $0.width, height: $0.height, pixels: $0.pixels)
        }
    }

    package func sourceFrame(_ index: Int) throws -> RGBImage {
        let frames = try self.frames ?? video()
        self.frames = frames
        return try frames.image(index)
    }

    package func vectors() throws -> Data? { try store.artefact(explanation: subject, name: .vectors) }
    package func trajectories() throws -> Data? { try store.artefact(explanation: subject, name: .trajectories) }
}
