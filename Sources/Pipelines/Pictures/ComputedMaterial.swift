package import Cine
package import Foundation
package import Models
import Tensors
package import Video

/// An explanation that was just computed as material for pictures.
package struct ComputedMaterial: PictureMaterial {
    package let subject: String
    package let facts: PictureFacts
    private let explanation: Explanation
    private let backgrounds: [[UInt8]]
    private let frames: FrameStream

    /// - Parameters:
    ///   - channels: of the clip, in the model's order.
    ///   - video: the file that was explained.
    package init(
        _ explanation: Explanation, channels: InputContract.Channels, video: URL, limits: VideoLimits
    ) throws {
        subject = explanation.report.provenance.video.id
        facts = try PictureFacts(report: explanation.report.json(pretty: false))
        self.explanation = explanation
        backgrounds = explanation.clip.backgrounds(network: channels)
        frames = FrameStream(video, framing: facts.framing, limits: limits)
    }

    package func components(of kind: MapKind, frame: Int) throws -> [[Float]] {
        guard let map = explanation.maps.first(where: { $0.kind == kind }), (0..<map.frames).contains(frame) else {
            throw PictureError.nothing(of: "map \(kind.rawValue)")
        }
        return map.components(ofFrame: frame)
    }

    package func flow(into frame: Int) throws -> (dx: [Float], dy: [Float])? {
        guard let flow = explanation.flow?.displacements else { return nil }
        return (flow.plane(0, frame - 1), flow.plane(1, frame - 1))
    }

    package func noisy(_ index: Int) throws -> [[Float]]? {
        guard let clip = explanation.noisyClip else { return nil }
        let frame = [0, clip.shape[1] / 2, clip.shape[1] - 1][index]
        return (0..<clip.shape[0]).map { clip.plane($0, frame) }
    }

    package func modelFrame(_ frame: Int) throws -> RGBImage? {
        guard backgrounds.indices.contains(frame) else { return nil }
        return RGBImage(width: facts.width, height: facts.height, pixels: backgrounds[frame])
    }

    package func sourceFrame(_ index: Int) throws -> RGBImage { try frames.image(index) }
    package func vectors() throws -> Data? { explanation.vectors }
    package func trajectories() throws -> Data? { explanation.trajectories }
}

extension Tensor {
    /// One plane `[H, W]` of an array `[A, B, H, W]`.
    fileprivate func plane(_ outer: Int, _ inner: Int) -> [Float] {
        let area = shape[2] * shape[3]
        let start = (outer * shape[1] + inner) * area
        return withUnsafeValues { Array($0[start..<start + area]) }
    }
}
