import CFFmpeg
import Cine
package import DICOM
package import Foundation
import Tensors

/// Where DICOM objects are read.
package enum DICOMReading: Hashable, Sendable {
    /// In this process: for files that are trusted. The libraries may crash on others.
    case here
    /// In a process of its own, with little rights and bounded memory and time: a program with the command `read-dicom`.
    case process(executable: String)
}

/// The frames of a DICOM object, as those of any video.
final class DICOMVideo: FrameSequence {
    let outline: DICOMOutline
    let orientation = Orientation.upright
    private let source: any DICOMSource
    private var current: DICOMFrame?

    /// - Throws: ``VideoError``.
    init(_ url: URL, framing: ClipFraming, counting: Bool, limits: VideoLimits) throws {
        source = try VideoError.readingDICOM {
            switch limits.dicomReading {
            case .here: try LocalDICOMSource(url, framing: framing, counting: counting, limits: limits)
            case .process(let executable):
                try DICOMProcess(executable, url, framing: framing, counting: counting, limits: limits)
            }
        }
        outline = source.outline
    }

    var facts: DICOMFacts { outline.facts }

    /// - Throws: ``VideoError/dicom(_:)`` when its pixels cannot be decoded.
    func requirePixels() throws -> DICOMVideo {
        guard outline.frames > 0 else {
            throw VideoError.dicom(facts.pixelProblem ?? DICOMError(.noPixels, "it has no pixel data"))
        }
        return self
    }

    /// - Throws: ``VideoError/notShown``, ``VideoError/dicom(_:)``.
    func requireShown() throws -> DICOMVideo {
        let video = try requirePixels()
        guard facts.isShown else { throw VideoError.notShown }
        return video
    }

    /// - Throws: ``VideoError/notExplained(reason:)`` for what is kept and not explained, such as a still image.
    func requireClip() throws -> DICOMVideo {
        if let exclusion = facts.exclusion { throw VideoError.notExplained(reason: exclusion.reason) }
        return try requirePixels()
    }

    var frameRate: FrameRate? {
        facts.timing.frameMicroseconds.flatMap { FrameRate(microseconds: $0) }
    }

    func advance() throws -> Bool {
        current = try VideoError.readingDICOM { try source.next() }
        return current != nil
    }

    func withPixels<R>(_ body: (PixelView) throws -> R) throws -> R {
        guard let frame = current else { throw VideoError.frameOutOfRange(frame: 0, frames: outline.frames) }
        // swscale reads whole vectors, beyond the last pixel too.
        return try (frame.pixels + [UInt8](repeating: 0, count: 64)).withUnsafeBufferPointer { pixels in
            try body(
                PixelView(
                    planes: [pixels.baseAddress, nil, nil, nil],
                    strides: [Int32(frame.width * frame.channels), 0, 0, 0],
                    size: ClipSize(height: frame.height, width: frame.width),
                    format: frame.channels == 1 ? AV_PIX_FMT_GRAY8 : AV_PIX_FMT_RGB24, matrix: .bt601,
                    isFullRange: true))
        }
    }

    /// - Precondition: it has pixels.
    var videoFacts: VideoFacts {
        VideoFacts(
            format: .dicom, codec: facts.transferSyntax, pixelFormat: outline.channels == 1 ? "gray" : "rgb24",
            width: outline.width, height: outline.height, frames: outline.frames, frameRate: frameRate, rotation: 0,
            pixelAspect: nil, arrayShape: nil, arrayElement: nil, dicom: facts)
    }
}

extension FrameRate {
    /// The rate of frames that are so far apart, in lowest terms.
    init?(microseconds: Int) {
        var (a, b) = (1_000_000, microseconds)
        while b != 0 { (a, b) = (b, a % b) }
        guard a > 0 else { return nil }
        self.init(numerator: 1_000_000 / a, denominator: microseconds / a)
    }
}

extension VideoError {
    /// Turns what is thrown about a DICOM object into this domain's errors.
    static func readingDICOM<R>(_ body: () throws -> R) throws -> R {
        do {
            return try body()
        } catch let error as DICOMError {
            throw VideoError.dicom(error)
        }
    }
}

/// Looks into DICOM objects without decoding more than a frame.
package enum DICOMProbe {
    /// What the object says of itself; pixels that are absent or not decoded here are no error, see `DICOMFacts.pixelProblem`.
    /// - Returns: the facts, and those of the video that it is; nil when it has no frames that can be decoded.
    /// - Throws: ``VideoError``.
    package static func probe(_ url: URL, limits: VideoLimits) throws -> (facts: DICOMFacts, video: VideoFacts?) {
        guard try ContentType.of(try VideoError.reading { try RandomAccessFile(url) }) == .dicom else {
            throw VideoError.dicom(DICOMError(.malformed, "it is no file of PS3.10"))
        }
        let video = try DICOMVideo(url, framing: .region, counting: true, limits: limits)
        return (video.facts, video.outline.frames > 0 ? video.videoFacts : nil)
    }

    /// What results about the object are made from: its facts, and whose it is.
    /// - Throws: ``VideoError``.
    package static func header(_ url: URL, limits: VideoLimits) throws -> DICOMHeader {
        try VideoError.readingDICOM {
            switch limits.dicomReading {
            case .here: try DICOMFile(url, limits: limits.dicom).header
            case .process(let executable): try DICOMProcess.header(executable, url, limits: limits)
            }
        }
    }
}
