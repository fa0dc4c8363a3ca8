package import Cine
package import Foundation

/// Takes single frames from a video, as a player shows them.
package enum FrameReader {
    /// The frame in its own size, after rotation. Decodes from the beginning, as a clip does, so that both count frames
    /// alike.
    /// - Parameter frame: from 0.
    /// - Throws: ``VideoError``.
    package static func image(of url: URL, frame: Int, limits: VideoLimits) throws -> RGBImage {
        switch try OpenedVideo.open(url, framing: .region, counting: false, limits: limits) {
        case .decoder(let decoder): return try image(of: decoder, frame: frame)
        case .dicom(let video): return try image(of: video.requireShown(), frame: frame)
        case .array(.bytes(let frames)): return try image(of: frames, frame: frame)
        case .array(.floats(let array)):
            guard (0..<array.frames).contains(frame) else {
                throw VideoError.frameOutOfRange(frame: frame, frames: array.frames)
            }
            return try array.image(of: frame)
        }
    }

    private static func image(of source: any FrameSequence, frame: Int) throws -> RGBImage {
        var index = 0
        while try source.advance() {
            if index == frame { return try image(of: source, index: index) }
            index += 1
        }
        throw VideoError.frameOutOfRange(frame: frame, frames: index)
    }

    static func image(of source: any FrameSequence, index: Int) throws -> RGBImage {
        try source.withPixels { view in
            let size = source.orientation.size(of: view.size)
            let scaler = FrameScaler(channels: .rgb, size: size, orientation: source.orientation)
            var pixels = [UInt8](repeating: 0, count: size.width * size.height * 3)
            try pixels.withUnsafeMutableBufferPointer { try scaler.convert(view, index: index, into: $0) }
            return RGBImage(width: size.width, height: size.height, pixels: pixels)
        }
    }
}
