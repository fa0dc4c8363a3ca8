/// Files that hold moving pictures. The raw values are the names in the HTTP interface.
package enum AnimationFormat: String, Hashable, Sendable, CaseIterable {
    /// Plays anywhere, without end; 255 colours, and times in hundredths of a second.
    case gif
    /// H.264 in MP4 with its index in front, so that players begin before they have all of it.
    case mp4

    package var mediaType: String {
        switch self {
        case .gif: "image/gif"
        case .mp4: "video/mp4"
        }
    }
}

/// Why pictures do not become a file.
package enum EncodingError: Error, Hashable, Sendable {
    case noFrames
    case sizeChanged(frame: Int)
    case tooLarge(width: Int, height: Int, limit: Int)
    case failed(reason: String)
}

extension EncodingError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noFrames: "an animation needs a frame"
        case .sizeChanged(let frame): "frame \(frame) of the animation has another size than the first"
        case .tooLarge(let width, let height, let limit):
            "an animation of \(width)x\(height) pixels cannot be made: a side has at most \(limit); lower zoom or density"
        case .failed(let reason): "the animation cannot be written: \(reason)"
        }
    }
}
