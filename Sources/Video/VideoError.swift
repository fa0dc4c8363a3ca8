package import DICOM

/// Why a video is refused, or why frames cannot be taken from it.
package enum VideoError: Error, Hashable, Sendable, Codable {
    /// The file has no bytes.
    case empty
    /// The file is none of the formats that are read; `hint` says what it looks like.
    case notAVideo(hint: String)
    /// The container promises more bytes than the file has.
    case truncated
    case noVideoStream
    /// A video stream in which no frame is.
    case noFrames
    case unsupportedCodec(name: String)
    /// - Parameter frame: counts from 0.
    case decodingFailed(frame: Int, reason: String)
    /// The clip asks for source frames that do not exist.
    case tooShort(available: Int, needed: Int, start: Int, period: Int)
    case frameOutOfRange(frame: Int, frames: Int)
    /// - Parameter what: names the quantity and its unit.
    case tooLarge(what: String, limit: Int)
    /// Less than two pixels a side.
    case tooSmall(width: Int, height: Int)
    case malformedArray(reason: String)
    case arrayShape(found: [Int], expected: [Int])
    /// Numbers that make no clip, whatever the video.
    case invalidSampling(reason: String)
    case unreadable(reason: String)
    case dicom(DICOMError)
    /// A DICOM object that is kept and not explained.
    case notExplained(reason: String)
    /// A DICOM object whose pictures may have names in them.
    case notShown
}

extension VideoError {
    /// The stable name of the error in the HTTP interface.
    package var code: String {
        switch self {
        case .empty: "video.empty"
        case .notAVideo: "video.not-a-video"
        case .truncated: "video.truncated"
        case .noVideoStream: "video.no-video-stream"
        case .noFrames: "video.no-frames"
        case .unsupportedCodec: "video.unsupported-codec"
        case .decodingFailed: "video.decoding-failed"
        case .tooShort: "video.too-short"
        case .frameOutOfRange: "video.frame-out-of-range"
        case .tooLarge: "video.too-large"
        case .tooSmall: "video.too-small"
        case .malformedArray: "video.malformed-array"
        case .arrayShape: "video.array-shape"
        case .invalidSampling: "video.invalid-sampling"
        case .unreadable: "video.unreadable"
        case .dicom(let error): error.code
        case .notExplained: "video.not-explained"
        case .notShown: "video.not-shown"
        }
    }
}

extension VideoError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .empty: "the video has no bytes"
        case .notAVideo(let hint):
            "the file is no video that is read here (mp4, avi, mkv or webm, gif, npy, DICOM): \(hint)"
        case .truncated: "the video is cut off: its container promises more bytes than there are; send the whole file"
        case .noVideoStream: "the file is a known container without a video stream"
        case .noFrames: "the video has no frames"
        case .unsupportedCodec(let name):
            "the video is encoded with \(name), which is not decoded here: convert it to H.264, for instance with ffmpeg -i in -c:v libx264 out.mp4"
        case .decodingFailed(let frame, let reason): "frame \(frame) of the video cannot be decoded: \(reason)"
        case .tooShort(let available, let needed, let start, let period):
            "the clip starts at frame \(start) and takes every \(period)\(Self.ordinalEnding(period)) frame, for which the video needs \(needed) frames; it has \(available): lower clip.start or clip.period, or set clip.padding to repeat_last or black"
        case .frameOutOfRange(let frame, let frames):
            "there is no frame \(frame): the video has \(frames) frames, counted from 0"
        case .tooLarge(let what, let limit): "the video has too many \(what): \(limit) are allowed"
        case .tooSmall(let width, let height):
            "the video has \(width)x\(height) pixels: a frame needs at least two pixels a side"
        case .malformedArray(let reason): "the array cannot be used as a video: \(reason)"
        case .arrayShape(let found, let expected):
            "the array has the shape \(found), the model takes \(expected) (channels, frames, height, width): an array of Float32 is not resized"
        case .invalidSampling(let reason): "no clip can be taken: \(reason)"
        case .unreadable(let reason): "the video cannot be read: \(reason)"
        case .dicom(let error): error.description
        case .notExplained(let reason): "the DICOM object is not explained: \(reason)"
        case .notShown:
            "the DICOM object states no region of tissue, so that names may be burnt into its frames and none of them is shown"
        }
    }

    private static func ordinalEnding(_ number: Int) -> String {
        switch (number % 10, number % 100) {
        case (_, 11...13): "th"
        case (1, _): "st"
        case (2, _): "nd"
        case (3, _): "rd"
        default: "th"
        }
    }
}
