import Foundation
import Tensors

/// A video that comes as an array in NumPy's format.
enum ArrayVideo {
    /// UInt8 `[T, H, W, C]`, 0…255, treated like decoded frames.
    case bytes(ByteArrayFrames)
    /// Floating point `[C, T, H, W]`, nominally 0…1, in the model's own channels and size.
    case floats(FloatArray)

    /// - Throws: ``VideoError``.
    static func open(_ url: URL, limits: VideoLimits) throws -> ArrayVideo {
        let file = try VideoError.reading { try NumPyFile(url, maximumBytes: limits.maximumArrayBytes) }
        let shape = file.header.shape
        guard shape.rank == 4, shape.count > 0 else {
            throw VideoError.malformedArray(
                reason:
                    "its shape is \(shape); a video is uint8 [frames, height, width, channels] or float32 [channels, frames, height, width]"
            )
        }
        let video: ArrayVideo
        switch file.header.element {
        case .uint8:
            guard shape[3] == 1 || shape[3] == 3 else {
                throw VideoError.malformedArray(
                    reason:
                        "its shape is \(shape); the last axis of uint8 holds the channels, of which there are 1 or 3")
            }
            video = .bytes(ByteArrayFrames(file))
        case .float16, .float32, .float64: video = .floats(FloatArray(file))
        }
        guard video.frames <= limits.maximumFrames else {
            throw VideoError.tooLarge(what: "frames", limit: limits.maximumFrames)
        }
        guard video.size.width >= 2, video.size.height >= 2 else {
            throw VideoError.tooSmall(width: video.size.width, height: video.size.height)
        }
        guard video.size.width <= limits.maximumPixels / video.size.height else {
            throw VideoError.tooLarge(what: "pixels a frame", limit: limits.maximumPixels)
        }
        return video
    }

    private var file: NumPyFile {
        switch self {
        case .bytes(let frames): frames.file
        case .floats(let array): array.file
        }
    }

    private var frames: Int {
        switch self {
        case .bytes(let frames): frames.count
        case .floats(let array): array.frames
        }
    }

    private var size: ClipSize {
        switch self {
        case .bytes(let frames): frames.size
        case .floats(let array): array.size
        }
    }

    private var pixelFormat: String {
        switch self {
        case .bytes(let frames): frames.channels == 1 ? "gray" : "rgb24"
        case .floats: "float"
        }
    }

    var facts: VideoFacts {
        VideoFacts(
            format: .npy, codec: "array", pixelFormat: pixelFormat, width: size.width, height: size.height,
            frames: frames, frameRate: nil, rotation: 0, pixelAspect: nil, arrayShape: file.header.shape.extents,
            arrayElement: file.header.element.rawValue, dicom: nil)
    }
}
