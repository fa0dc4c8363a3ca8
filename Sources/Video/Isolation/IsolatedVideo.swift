import Cine
import Foundation

/// The frames of a container, read by a process of its own: whatever the file makes a decoder do ends with that process.
final class IsolatedVideo: FrameSequence {
    let orientation: Orientation
    let frameRate: FrameRate?
    private let reader: VideoReader
    private var current: SentPicture?

    /// - Throws: ``VideoError``.
    init(_ executable: String, _ url: URL, limits: VideoLimits) throws {
        reader = try VideoReader(executable, url, isProbe: false, limits: limits)
        guard case .opening(let opening) = try reader.next() else { throw reader.failure(.garbled) }
        orientation = opening.orientation
        frameRate = opening.frameRate.flatMap { FrameRate(numerator: $0.numerator, denominator: $0.denominator) }
    }

    /// - Throws: ``VideoError``.
    static func probe(_ executable: String, _ url: URL, limits: VideoLimits) throws -> VideoFacts {
        let reader = try VideoReader(executable, url, isProbe: true, limits: limits)
        guard case .facts(let outline) = try reader.next() else { throw reader.failure(.garbled) }
        do {
            return try outline.facts(limits: limits)
        } catch {
            throw reader.failure(error)
        }
    }

    func advance() throws -> Bool {
        switch try reader.next() {
        case .frame(let picture):
            current = picture
            reader.frames += 1
            return true
        case .end:
            current = nil
            return false
        case .facts, .opening, .failure: throw reader.failure(.garbled)
        }
    }

    func withPixels<R>(_ body: (PixelView) throws -> R) throws -> R {
        guard let current else { throw VideoError.frameOutOfRange(frame: reader.frames, frames: reader.frames) }
        return try current.withPixels(body)
    }
}

/// The messages of a process that reads a container.
private final class VideoReader {
    /// That were received.
    var frames = 0
    private let child: ReaderChild
    private let limits: VideoLimits

    init(_ executable: String, _ url: URL, isProbe: Bool, limits: VideoLimits) throws {
        self.limits = limits
        do {
            child = try ReaderChild(
                executable,
                [
                    VideoReaderProcess.command, url.path, "--pixels", String(limits.maximumPixels), "--frames",
                    String(limits.maximumFrames),
                ] + (isProbe ? ["--probe"] : []))
        } catch {
            throw VideoError.unreadable(reason: error.reason)
        }
    }

    /// - Throws: ``VideoError``, that of the other process too.
    func next() throws -> VideoMessage {
        do {
            let (kind, body) = try child.message(maximumBytes: SentPicture.maximumBytes(limits))
            let message = try VideoMessage(kind: kind, body: body, limits: limits)
            if case .failure(let error) = message { throw error }
            return message
        } catch let ending as ReaderEnding {
            throw failure(ending)
        }
    }

    func failure(_ ending: ReaderEnding) -> VideoError { .decodingFailed(frame: frames, reason: ending.reason) }
}
