import Cine
import Foundation
import Tensors
import Testing
import Video

/// Which frames make a clip, seen on arrays whose frames tell their number, and on the sample clip.
@Suite struct SamplingTests {
    /// A UInt8 array `[frames, 4, 6, 3]` whose frame t has red 10 t + 5, green 10 t, blue 7.
    private func numbered(frames: Int) -> [UInt8] {
        var pixels: [UInt8] = []
        for t in 0..<frames {
            for _ in 0..<24 { pixels += [UInt8(10 * t + 5), UInt8(10 * t), 7] }
        }
        return npy("|u1", "(\(frames), 4, 6, 3)", pixels)
    }

    private func read(
        _ bytes: [UInt8], start: Int, frames: Int, period: Int, padding: ClipPadding, channels: ClipChannels,
        size: ClipSize
    ) throws -> SampledClip {
        try withTemporaryDirectory { directory in
            let url = directory.appending(path: "video")
            try Data(bytes).write(to: url)
            return try ClipReader.read(
                url, sampling: ClipSampling(start: start, frames: frames, period: period, padding: padding),
                size: size, channels: channels, framing: .region, limits: VideoLimits())
        }
    }

    private let small = ClipSize(height: 4, width: 6)

    @Test func everyPeriodthFrameFromTheStartIsTaken() throws {
        let sampled = try read(
            numbered(frames: 10), start: 1, frames: 3, period: 4, padding: .refuse, channels: .rgb, size: small)
        #expect(sampled.sourceFrames == [1, 5, 9])
        #expect(sampled.clip.intensities.shape == [3, 3, 4, 6])
        for (frame, source) in [1, 5, 9].enumerated() {
            #expect(sampled.clip.intensities[0, frame, 2, 3] == Float(10 * source + 5) / 255)
            #expect(sampled.clip.intensities[1, frame, 0, 5] == Float(10 * source) / 255)
            #expect(sampled.clip.intensities[2, frame, 3, 0] == Float(7) / 255)
        }
    }

    @Test func blueComesFirstInBGR() throws {
        let sampled = try read(
            numbered(frames: 1), start: 0, frames: 1, period: 1, padding: .refuse, channels: .bgr, size: small)
        #expect(sampled.clip.intensities[0, 0, 1, 1] == Float(7) / 255)
        #expect(sampled.clip.intensities[2, 0, 1, 1] == Float(5) / 255)
    }

    @Test func aGreyArrayFillsAllChannelsAndItsBytesAreExact() throws {
        let bytes = npy("|u1", "(1, 16, 16, 1)", (0...255).map { UInt8($0) })
        for channels in ClipChannels.allCases {
            let clip = try read(
                bytes, start: 0, frames: 1, period: 1, padding: .refuse, channels: channels,
                size: ClipSize(height: 16, width: 16)
            ).clip
            for channel in 0..<channels.count {
                for value in 0...255 {
                    #expect(clip.intensities[channel, 0, value / 16, value % 16] == Float(value) / 255)
                }
            }
        }
    }

    @Test func missingFramesAreRefusedRepeatedOrBlack() throws {
        let video = numbered(frames: 6)
        #expect(throws: VideoError.tooShort(available: 6, needed: 8, start: 1, period: 2)) {
            try read(video, start: 1, frames: 4, period: 2, padding: .refuse, channels: .rgb, size: small)
        }
        let repeated = try read(
            video, start: 1, frames: 5, period: 2, padding: .repeatLast, channels: .rgb, size: small)
        #expect(repeated.sourceFrames == [1, 3, 5, 5, 5])
        let greens: [Float] = [10, 30, 50, 50, 50]
        #expect((0..<5).map { repeated.clip.intensities[1, $0, 0, 0] } == greens.map { $0 / 255 })
        let black = try read(video, start: 1, frames: 5, period: 2, padding: .black, channels: .rgb, size: small)
        #expect(black.sourceFrames == [1, 3, 5, -1, -1])
        let blues: [Float] = [7, 7, 7, 0, 0]
        #expect((0..<5).map { black.clip.intensities[2, $0, 3, 5] } == blues.map { $0 / 255 })
        // Nothing to repeat, and nothing but black, is no clip.
        for padding in ClipPadding.allCases {
            #expect(throws: VideoError.tooShort(available: 6, needed: 8, start: 6, period: 1)) {
                try read(video, start: 6, frames: 2, period: 1, padding: padding, channels: .rgb, size: small)
            }
        }
    }

    @Test(arguments: [(-1, 1, 1), (0, 0, 1), (0, 1, 0), (0, 3, Int.max), (Int.max, 1, 1), (0, Int.max, 1)])
    func numbersThatMakeNoClipAreRefused(start: Int, frames: Int, period: Int) {
        let error = #expect(throws: VideoError.self) {
            try read(
                numbered(frames: 2), start: start, frames: frames, period: period, padding: .repeatLast, channels: .rgb,
                size: small)
        }
        #expect(error?.code == "video.invalid-sampling")
    }

    @Test func theSampleClipIsWhatItsGeneratorDrew() throws {
        try withTemporaryDirectory { directory in
            let url = directory.appending(path: "sample")
            try Data(sampleClipBytes()).write(to: url)
            let facts = try VideoProbe.probe(url, limits: VideoLimits())
            #expect(
                facts
                    == VideoFacts(
                        format: .mp4, codec: "h264", pixelFormat: "yuv420p", width: 112, height: 112, frames: 32,
                        frameRate: FrameRate(numerator: 25, denominator: 1), rotation: 0,
                        pixelAspect: facts.pixelAspect,
                        arrayShape: nil, arrayElement: nil, dicom: nil))
            let sampled = try ClipReader.read(
                url, sampling: ClipSampling(start: 0, frames: 16, period: 2, padding: .refuse),
                size: ClipSize(height: 112, width: 112), channels: .rgb, framing: .region, limits: VideoLimits())
            #expect(!sampled.resized)
            #expect(sampled.clip.frameRate == FrameRate(numerator: 25, denominator: 2))
            // The square's centre at frame 20 of the source: orange (0.95, 0.55, 0.1); the pentagon stands at (84, 84),
            // blue.
            func colour(_ frame: Int, x: Int, y: Int) -> [Float] {
                (0..<3).map { channel in
                    var sum: Float = 0
                    for dy in -3...3 {
                        for dx in -3...3 { sum += sampled.clip.intensities[channel, frame, y + dy, x + dx] }
                    }
                    return sum / 49
                }
            }
            let distance = { (a: [Float], b: [Float]) in zip(a, b).map { abs($0 - $1) }.max() ?? 1 }
            #expect(distance(colour(10, x: 54, y: 55), [0.95, 0.55, 0.1]) < 0.06)
            #expect(distance(colour(10, x: 84, y: 84), [0.25, 0.45, 0.95]) < 0.06)
            // The frame as a picture is the same bytes.
            let image = try FrameReader.image(of: url, frame: 20, limits: VideoLimits())
            #expect(image.width == 112 && image.height == 112)
            #expect(
                Array(image.pixels[(55 * 112 + 54) * 3..<(55 * 112 + 55) * 3])
                    == (0..<3).map { UInt8((sampled.clip.intensities[$0, 10, 55, 54] * 255).rounded()) })
            #expect(throws: VideoError.frameOutOfRange(frame: 32, frames: 32)) {
                try FrameReader.image(of: url, frame: 32, limits: VideoLimits())
            }
            #expect(throws: VideoError.frameOutOfRange(frame: -1, frames: 32)) {
                try FrameReader.image(of: url, frame: -1, limits: VideoLimits())
            }
        }
    }

    @Test func theSameFileGivesTheSameBits() throws {
        let read = {
            try self.read(
                sampleClipBytes(), start: 3, frames: 5, period: 3, padding: .refuse, channels: .luma,
                size: ClipSize(height: 50, width: 71)
            ).clip.intensities.values.map(\.bitPattern)
        }
        #expect(try read() == read())
    }
}

/// A .npy file of version 1.
func npy(_ descr: String, _ shape: String, _ data: [UInt8]) -> [UInt8] {
    let text = "{'descr': '\(descr)', 'fortran_order': False, 'shape': \(shape), }\n"
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8) + data
}
