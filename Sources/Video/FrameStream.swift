package import Cine
package import Foundation

/// Frames of one video, each in its own size, as a player shows them: cheap in order, and decoded from the beginning again when one before
/// the last is asked for.
package final class FrameStream {
    private let url: URL
    private let framing: ClipFraming
    private let limits: VideoLimits
    private var source: Source?
    /// Of the current frame; -1 before the first.
    private var position = -1

    private enum Source {
        case sequence(any FrameSequence)
        case floats(FloatArray)
    }

    /// Opens the file with the first frame that is asked for.
    /// - Parameter framing: of a DICOM object's frames.
    package init(_ url: URL, framing: ClipFraming, limits: VideoLimits) {
        self.url = url
        self.framing = framing
        self.limits = limits
    }

    /// - Parameter frame: from 0.
    /// - Throws: ``VideoError``.
    package func image(_ frame: Int) throws -> RGBImage {
        if frame < position { source = nil }
        let source = try self.source ?? open()
        self.source = source
        switch source {
        case .floats(let array):
            guard (0..<array.frames).contains(frame) else {
                throw VideoError.frameOutOfRange(frame: frame, frames: array.frames)
            }
            return try array.image(of: frame)
        case .sequence(let sequence):
            guard frame >= 0 else { throw VideoError.frameOutOfRange(frame: frame, frames: position + 1) }
            while position < frame {
                guard try sequence.advance() else {
                    self.source = nil
                    throw VideoError.frameOutOfRange(frame: frame, frames: position + 1)
                }
                position += 1
            }
            return try FrameReader.image(of: sequence, index: position)
        }
    }

    private func open() throws -> Source {
        position = -1
        return switch try OpenedVideo.open(url, framing: framing, counting: false, limits: limits) {
        case .decoder(let decoder): .sequence(decoder)
        case .dicom(let video): .sequence(try video.requireShown())
        case .array(.bytes(let frames)): .sequence(frames)
        case .array(.floats(let array)): .floats(array)
        }
    }
}
