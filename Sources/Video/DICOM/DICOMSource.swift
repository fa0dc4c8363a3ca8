import Cine
import DICOM
import Foundation

/// Frames of a DICOM object in their order, framed.
protocol DICOMSource: AnyObject {
    /// What is known before the first frame.
    var outline: DICOMOutline { get }
    /// Nil behind the last.
    func next() throws -> DICOMFrame?
}

/// What is known of a DICOM object once its first frame was decoded.
struct DICOMOutline: Hashable, Sendable, Codable {
    let facts: DICOMFacts
    /// Frames that there are; 0 for an object whose pixels cannot be decoded.
    let frames: Int
    /// Of a frame as it is handed out.
    let width, height, channels: Int
}

/// Reads a DICOM object in this process.
final class LocalDICOMSource: DICOMSource {
    let outline: DICOMOutline
    private let frames: any WholeFrames
    private let framing: Framing
    private var first: DICOMFrame?

    private enum Framing {
        case box(PixelBox?)
        case echoNet(EchoNetFraming)

        func apply(_ frame: DICOMFrame) throws -> DICOMFrame {
            switch self {
            case .box(let box): box.map(frame.cropped) ?? frame
            case .echoNet(let framing): try framing.apply(frame)
            }
        }
    }

    /// - Parameter counting: whether the frames of a video's bit stream are counted, for which all of it is decoded.
    /// - Throws: `DICOMError`, ``VideoError``.
    init(_ url: URL, framing: ClipFraming, counting: Bool, limits: VideoLimits) throws {
        let file = try DICOMFile(url, limits: limits.dicom)
        switch framing {
        case .region: self.framing = .box(file.facts.tissue)
        case .echoNet: self.framing = .echoNet(EchoNetFraming(tissue: file.facts.tissue))
        }
        guard let image = file.facts.image else {
            frames = NoFrames()
            outline = DICOMOutline(facts: file.facts, frames: 0, width: 0, height: 0, channels: 0)
            return
        }
        var count = image.frames
        if image.isStream {
            if counting { count = try StreamFrames(file, limits: limits).count() }
            frames = try StreamFrames(file, limits: limits)
        } else {
            frames = StoredFrames(file, count: count)
        }
        guard let whole = try frames.next() else { throw DICOMError(.truncated, "no frame comes of its pixel data") }
        guard whole.width == image.columns, whole.height == image.rows else {
            throw DICOMError(.malformed, "its frames are of another size than it says")
        }
        let frame = try self.framing.apply(whole)
        guard frame.width >= 2, frame.height >= 2 else {
            throw VideoError.tooSmall(width: frame.width, height: frame.height)
        }
        first = frame
        outline = DICOMOutline(
            facts: file.facts, frames: count, width: frame.width, height: frame.height, channels: frame.channels)
    }

    func next() throws -> DICOMFrame? {
        if let first {
            self.first = nil
            return first
        }
        guard let whole = try frames.next() else { return nil }
        let frame = try framing.apply(whole)
        guard frame.width == outline.width, frame.height == outline.height, frame.channels == outline.channels else {
            throw DICOMError(.malformed, "its frames change their size")
        }
        return frame
    }
}

/// Frames as they are stored, before anything is cut off.
private protocol WholeFrames: AnyObject {
    func next() throws -> DICOMFrame?
}

private final class NoFrames: WholeFrames {
    func next() throws -> DICOMFrame? { nil }
}

/// Frames that the object holds one by one.
private final class StoredFrames: WholeFrames {
    private let file: DICOMFile
    private let count: Int
    private var index = 0

    init(_ file: DICOMFile, count: Int) {
        self.file = file
        self.count = count
    }

    func next() throws -> DICOMFrame? {
        guard index < count else { return nil }
        defer { index += 1 }
        return try file.frame(index)
    }
}

/// Frames of a video's bit stream within the object.
private final class StreamFrames: WholeFrames {
    private let decoder: FrameDecoder

    init(_ file: DICOMFile, limits: VideoLimits) throws {
        let bytes = try file.stream()
        guard let format = ContainerFormat.ofStream(bytes) else {
            throw DICOMError(.unsupported, "its pixel data is no bit stream that is known here")
        }
        decoder = try FrameDecoder(Container(bytes: bytes, format, limits: limits), limits: limits)
    }

    func count() throws -> Int {
        var count = 0
        while try decoder.advance() { count += 1 }
        return count
    }

    func next() throws -> DICOMFrame? {
        guard try decoder.advance() else { return nil }
        return try decoder.withPixels { view in
            let size = view.size
            let luma = FrameScaler(channels: .luma, size: size, orientation: .upright)
            let colors = FrameScaler(channels: .rgb, size: size, orientation: .upright)
            var first = [UInt8](repeating: 0, count: size.width * size.height)
            var pixels = [UInt8](repeating: 0, count: size.width * size.height * 3)
            try first.withUnsafeMutableBufferPointer { try luma.convert(view, index: decoder.decoded - 1, into: $0) }
            try pixels.withUnsafeMutableBufferPointer {
                try colors.convert(view, index: decoder.decoded - 1, into: $0)
            }
            return DICOMFrame(
                width: size.width, height: size.height, channels: 3, pixels: pixels, firstComponent: first)
        }
    }
}
