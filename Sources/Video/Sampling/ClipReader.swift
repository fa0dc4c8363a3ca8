package import Foundation
import Cine
import Tensors

/// Takes the clip that a model sees from a video.
package enum ClipReader {
    /// - Parameters:
    ///   - size: to which frames are scaled, whatever their aspect.
    ///   - framing: of a DICOM object's frames.
    ///
    /// An array of floating point is in the model's own channels: it is taken as it is when its shape is the clip's,
    /// sampled when it has another number of frames, and never resized.
    /// - Throws: ``VideoError``.
    package static func read(
        _ url: URL, sampling: ClipSampling, size: ClipSize, channels: ClipChannels, framing: ClipFraming,
        limits: VideoLimits
    ) throws -> SampledClip {
        _ = try sampling.neededFrames()
        let shape = try clipShape(sampling, size, channels, limits: limits)
        switch try OpenedVideo.open(url, framing: framing, counting: false, limits: limits) {
        case .decoder(let decoder):
            return try read(decoder, sampling: sampling, size: size, channels: channels, shape: shape)
        case .dicom(let video):
            return try read(
                video.requireClip(), sampling: sampling, size: size, channels: channels, shape: shape)
        case .array(.bytes(let frames)):
            var sampling = sampling
            sampling.frameRate = nil
            return try read(frames, sampling: sampling, size: size, channels: channels, shape: shape)
        case .array(.floats(let array)): return try read(array, sampling: sampling, shape: shape)
        }
    }

    private static func clipShape(
        _ sampling: ClipSampling, _ size: ClipSize, _ channels: ClipChannels, limits: VideoLimits
    ) throws -> Shape {
        let extents = [channels.count, sampling.frames, size.height, size.width]
        guard size.height > 0, size.width > 0, let shape = try? Shape(validating: extents),
            shape.count <= limits.maximumArrayBytes / MemoryLayout<Float>.size
        else {
            throw VideoError.invalidSampling(
                reason:
                    "a clip of the shape \(extents) (channels, frames, height, width) is empty or has more than \(limits.maximumArrayBytes) bytes"
            )
        }
        return shape
    }

    private static func read(
        _ source: any FrameSequence, sampling: ClipSampling, size: ClipSize, channels: ClipChannels, shape: Shape
    ) throws -> SampledClip {
        let rate = source.frameRate?.framesPerSecond
        let places = try sampling.places(in: VideoLength(frames: 0, frameRate: rate, isArray: false))
        let scaler = FrameScaler(channels: channels, size: size, orientation: source.orientation)
        var frameBytes = [UInt8](repeating: 0, count: size.height * size.width * channels.count)
        var (sources, sourceSize, resized): ([Int?], ClipSize, Bool) = ([], size, false)
        let intensities = try Tensor(uninitialized: shape) { values in
            var (taken, index) = (0, 0)
            while taken < sampling.frames, try source.advance() {
                if index == places.source(taken) {
                    try source.withPixels { view in
                        sourceSize = source.orientation.size(of: view.size)
                        if sourceSize != size { resized = true }
                        try frameBytes.withUnsafeMutableBufferPointer {
                            try scaler.convert(view, index: index, into: $0)
                        }
                    }
                    repeat {
                        write(frameBytes, channels: channels.count, to: values, frame: taken, of: sampling.frames)
                        taken += 1
                    } while taken < sampling.frames && places.source(taken) == index
                }
                index += 1
            }
            sources = try sampling.sourceFrames(
                in: VideoLength(
                    frames: taken == sampling.frames ? places.source(taken - 1) + 1 : index, frameRate: rate,
                    isArray: false))
            for frame in taken..<sampling.frames {
                // The bytes of the last frame are still there; after the first black one they are zeros.
                if sources[frame] == nil, frame == taken { for byte in frameBytes.indices { frameBytes[byte] = 0 } }
                write(frameBytes, channels: channels.count, to: values, frame: frame, of: sampling.frames)
            }
        }
        return SampledClip(
            clip: try Clip(intensities: intensities, frameRate: sampling.frameRate(of: source.frameRate)),
            sourceFrames: sources.map { $0 ?? -1 }, sourceSize: sourceSize, sourceFrameRate: rate,
            isFramed: source is DICOMVideo, resized: resized)
    }

    /// Every byte as a fraction of 255.
    private static let fractions: [Float] = (0...255).map { Float($0) / 255 }

    /// Spreads one frame's interleaved bytes over the planes of `[C, T, H, W]`.
    private static func write(
        _ bytes: [UInt8], channels: Int, to values: UnsafeMutableBufferPointer<Float>, frame: Int, of frames: Int
    ) {
        let plane = bytes.count / channels
        fractions.withUnsafeBufferPointer { fractions in
            for channel in 0..<channels {
                let start = (channel * frames + frame) * plane
                for pixel in 0..<plane { values[start + pixel] = fractions[Int(bytes[pixel * channels + channel])] }
            }
        }
    }

    private static func read(_ array: FloatArray, sampling: ClipSampling, shape: Shape) throws -> SampledClip {
        let found = array.file.header.shape
        guard found[0] == shape[0], found[2] == shape[2], found[3] == shape[3] else {
            throw VideoError.arrayShape(found: found.extents, expected: shape.extents)
        }
        let sources =
            found == shape
            ? Array(0..<sampling.frames).map { Optional($0) }
            : try sampling.sourceFrames(
                in: VideoLength(frames: array.frames, frameRate: nil, isArray: true))
        return SampledClip(
            clip: try Clip(intensities: try array.values(sources), frameRate: nil),
            sourceFrames: sources.map { $0 ?? -1 }, sourceSize: array.size, sourceFrameRate: nil, isFramed: false,
            resized: false)
    }
}

extension ClipSampling {
    /// The clip's rate, from the video's.
    fileprivate func frameRate(of source: FrameRate?) -> FrameRate? {
        guard let frameRate else { return source?.sampled(every: period) }
        // In thousandths, as manifests write rates.
        return FrameRate(numerator: Int((frameRate * 1000).rounded()), denominator: 1000)?.reduced
            .sampled(every: period)
    }
}

extension FrameRate {
    fileprivate var reduced: FrameRate {
        var (a, b) = (numerator, denominator)
        while b != 0 { (a, b) = (b, a % b) }
        return FrameRate(numerator: numerator / a, denominator: denominator / a) ?? self
    }

    /// The rate of every period-th frame, in lowest terms; nil when the fraction leaves the range of an Int.
    fileprivate func sampled(every period: Int) -> FrameRate? {
        var (a, b) = (numerator, period)
        while b != 0 { (a, b) = (b, a % b) }
        let (product, overflow) = denominator.multipliedReportingOverflow(by: period / a)
        return overflow ? nil : FrameRate(numerator: numerator / a, denominator: product)
    }
}
