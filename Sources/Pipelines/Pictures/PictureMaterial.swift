package import Cine
package import Foundation

/// What pictures of an explanation are drawn from: of a stored one, or one that was just computed.
package protocol PictureMaterial {
    /// An explanation's id, or the name of a file.
    var subject: String { get }
    var facts: PictureFacts { get }

    /// One frame of a map.
    /// - Parameter frame: of the map, from 0.
    /// - Returns: each component `[y, x]`.
    func components(of kind: MapKind, frame: Int) throws -> [[Float]]

    /// Sampling flow into a frame of the clip, in pixels.
    /// - Parameter frame: of the clip, from 1.
    /// - Returns: x and y, each `[y, x]`; nil in pixels.
    func flow(into frame: Int) throws -> (dx: [Float], dy: [Float])?

    /// A frame that the model saw as the first noisy sample: 0, 1, 2 for first, middle and last.
    /// - Returns: each channel `[y, x]`; nil for methods without noise.
    func noisy(_ index: Int) throws -> [[Float]]?

    /// The clip's frame as the model saw it; nil when it is not kept.
    func modelFrame(_ frame: Int) throws -> RGBImage?

    /// A frame of the video itself.
    /// - Parameter index: of the video, from 0.
    func sourceFrame(_ index: Int) throws -> RGBImage

    /// The documents of the explanation; nil for those that have none.
    func vectors() throws -> Data?
    func trajectories() throws -> Data?
}

/// Why there is no picture of something.
package enum PictureError: Error, Hashable, Sendable {
    /// The explanation has no such map, or nothing of that kind.
    case nothing(of: String)
    /// - Parameter frames: the clip's frames that have one.
    case noFrame(frame: Int, frames: Range<Int>)
    case tooLarge(pixels: Int, limit: Int)
}

extension PictureError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .nothing(let subject): "this explanation has no \(subject)"
        case .noFrame(let frame, let frames):
            "there is no picture of frame \(frame): it is of frames \(frames.lowerBound) to \(frames.upperBound - 1)"
        case .tooLarge(let pixels, let limit):
            "a picture of \(pixels) pixels in all is not drawn, at most \(limit) are: lower zoom or density, or ask for single frames"
        }
    }

    /// A stable name for programs.
    package var code: String {
        switch self {
        case .nothing: "explanation.no-such-part"
        case .noFrame: "frame.not-found"
        case .tooLarge: "picture.too-large"
        }
    }
}
