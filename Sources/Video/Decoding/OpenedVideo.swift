import Foundation
import Tensors

/// A video file after its first bytes told what it is.
enum OpenedVideo {
    case decoder(FrameDecoder)
    case array(ArrayVideo)

    /// - Throws: ``VideoError``.
    static func open(_ url: URL, limits: VideoLimits) throws -> OpenedVideo {
        switch try ContentType.of(try VideoError.reading { try RandomAccessFile(url) }) {
        case .array: return .array(try ArrayVideo.open(url, limits: limits))
        case .container(let format):
            return .decoder(try FrameDecoder(Container(url, format, limits: limits), limits: limits))
        }
    }
}
