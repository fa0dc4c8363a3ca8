import Cine
import Foundation

/// What the process that reads a container writes to the one that asked: the facts or an opening, and after an opening frames until the end or an error.
enum VideoMessage {
    case facts(ContainerOutline)
    case opening(ContainerOpening)
    case frame(SentPicture)
    case end
    case failure(VideoError)

    enum Kind: UInt8 {
        case facts = 1
        case opening = 2
        case frame = 3
        case end = 4
        case failure = 5
    }

    /// - Throws: `EncodingError`, for values that JSON has no form for.
    func encoded() throws -> (kind: Kind, body: [UInt8]) {
        let encoder = JSONEncoder()
        return switch self {
        case .facts(let facts): (.facts, Array(try encoder.encode(facts)))
        case .opening(let opening): (.opening, Array(try encoder.encode(opening)))
        case .frame(let picture): (.frame, picture.bytes)
        case .end: (.end, [])
        case .failure(let error): (.failure, Array(try encoder.encode(error)))
        }
    }

    /// - Throws: ``ReaderEnding/garbled``.
    init(kind: UInt8, body: [UInt8], limits: VideoLimits) throws {
        let decoder = JSONDecoder()
        do {
            switch Kind(rawValue: kind) {
            case .facts: self = .facts(try decoder.decode(ContainerOutline.self, from: Data(body)))
            case .opening: self = .opening(try decoder.decode(ContainerOpening.self, from: Data(body)))
            case .frame: self = .frame(try SentPicture(bytes: body, limits: limits))
            case .end: self = .end
            case .failure: self = .failure(try decoder.decode(VideoError.self, from: Data(body)))
            case nil: throw ReaderEnding.garbled
            }
        } catch {
            throw ReaderEnding.garbled
        }
    }
}

/// A positive fraction on its way.
struct SentFraction: Hashable, Codable {
    let numerator, denominator: Int
}

/// What is known of a container before its first frame.
struct ContainerOpening: Hashable, Codable {
    let orientation: Orientation
    let frameRate: SentFraction?

    init(_ decoder: FrameDecoder) {
        orientation = decoder.orientation
        frameRate = decoder.frameRate.map { SentFraction(numerator: $0.numerator, denominator: $0.denominator) }
    }
}

/// ``VideoFacts`` of a container on their way.
struct ContainerOutline: Hashable, Codable {
    let format, codec, pixelFormat: String
    let width, height, frames, rotation: Int
    let frameRate, pixelAspect: SentFraction?

    init(_ facts: VideoFacts) {
        (format, codec, pixelFormat) = (facts.format.rawValue, facts.codec, facts.pixelFormat)
        (width, height, frames, rotation) = (facts.width, facts.height, facts.frames, facts.rotation)
        frameRate = facts.frameRate.map { SentFraction(numerator: $0.numerator, denominator: $0.denominator) }
        pixelAspect = facts.pixelAspect.map { SentFraction(numerator: $0.width, denominator: $0.height) }
    }

    /// The facts, if they can be: the sender may be anything by now.
    func facts(limits: VideoLimits) throws(ReaderEnding) -> VideoFacts {
        guard let format = VideoFormat(rawValue: format), codec.utf8.count <= 64, pixelFormat.utf8.count <= 64,
            width > 0, height > 0, width <= limits.maximumPixels / height,
            (1...limits.maximumFrames).contains(frames), [0, 90, 180, 270].contains(rotation)
        else { throw .garbled }
        let aspect = pixelAspect.flatMap { aspect in
            aspect.numerator > 0 && aspect.denominator > 0
                ? PixelAspect(width: aspect.numerator, height: aspect.denominator) : nil
        }
        return VideoFacts(
            format: format, codec: codec, pixelFormat: pixelFormat, width: width, height: height, frames: frames,
            frameRate: frameRate.flatMap { FrameRate(numerator: $0.numerator, denominator: $0.denominator) },
            rotation: rotation, pixelAspect: aspect, arrayShape: nil, arrayElement: nil, dicom: nil)
    }
}
