import Cine
import DICOM
import Foundation
import Tensors
import TestSupport
import Testing
import Video

/// What is seen of a DICOM object's frames, and which of them.
struct DICOMFramingTests {
    private let directory: TemporaryDirectory
    private let file: URL

    init() throws {
        directory = try TemporaryDirectory()
        file = directory.url.appending(path: "object.dcm")
    }

    private func clip(
        _ object: DICOMObject, framing: ClipFraming, size: ClipSize, frames: Int, period: Int, rate: Double?,
        limits: VideoLimits
    ) throws -> SampledClip {
        try Data(object.bytes).write(to: file)
        var sampling = ClipSampling(start: 0, frames: frames, period: period, padding: .refuse)
        sampling.frameRate = rate
        return try ClipReader.read(
            file, sampling: sampling, size: size, channels: .luma, framing: framing, limits: limits)
    }

    private static let regionSize = ClipSize(height: 32, width: 48)

    @Test func nothingOutsideTheRegionIsSeen() throws {
        let object = DICOMObject.cine(frames: 4)
        let sampled = try clip(
            object, framing: .region, size: Self.regionSize, frames: 4, period: 1, rate: nil, limits: VideoLimits())
        // The name's pixels are 255, those of the region at most 200.
        #expect(sampled.clip.intensities.withUnsafeValues { $0.max() } == Float(200) / 255)
        #expect(!sampled.resized && sampled.isFramed)
        for frame in 0..<4 {
            let image = try FrameReader.image(of: file, frame: frame, limits: VideoLimits())
            #expect(image.width == 48 && image.pixels.max() == 200)
        }
    }

    @Test func withoutRegionsNothingIsSeenUnlessItIsSaidToBeClean() throws {
        let object = DICOMObject.cine(frames: 4).with(.regions, nil)
        func read(_ object: DICOMObject, _ limits: VideoLimits) throws -> SampledClip {
            try clip(
                object, framing: .region, size: ClipSize(height: 48, width: 64), frames: 4, period: 1, rate: nil,
                limits: limits)
        }
        for burnedIn in [nil, "YES"] {
            let object = object.with(.burnedIn, burnedIn.map { .text($0) })
            let error = #expect(throws: VideoError.self) { try read(object, VideoLimits()) }
            #expect(error?.description.contains("0028,0301 NO") == true)
            #expect(throws: VideoError.notShown) {
                try FrameReader.image(of: file, frame: 0, limits: VideoLimits())
            }
        }
        #expect(try read(object.withoutRegions, VideoLimits()).sourceSize == ClipSize(height: 48, width: 64))
        var limits = VideoLimits()
        limits.showsWholeDICOMFrames = true
        #expect(try read(object, limits).sourceSize == ClipSize(height: 48, width: 64))
        #expect(try FrameReader.image(of: file, frame: 0, limits: limits).pixels.max() == 255)
    }

    @Test(
        arguments: [
            (nil, 1, [0, 1, 2, 3, 4, 5]), (nil, 2, [0, 2, 4, 6, 8, 10]), (25.0, 1, [0, 1, 2, 3, 4, 5]),
            (50.0, 2, [0, 1, 2, 3, 4, 5]), (50.0, 1, [0, 1, 1, 2, 2, 3]), (12.5, 1, [0, 2, 4, 6, 8, 10]),
            (30.0, 1, [0, 1, 2, 3, 3, 4]), (30.0, 2, [0, 2, 3, 5, 7, 8]),
        ] as [(Double?, Int, [Int])]) func clipsAreResampledByTime(_ rate: Double?, _ period: Int, _ sources: [Int])
        throws
    {
        // 25 frames a second.
        let object = DICOMObject.cine(frames: 11)
        let sampled = try clip(
            object, framing: .region, size: Self.regionSize, frames: 6, period: period, rate: rate,
            limits: VideoLimits())
        #expect(sampled.sourceFrames == sources && sampled.sourceFrameRate == 25)
        #expect(sampled.clip.frameRate?.framesPerSecond == (rate ?? 25) / Double(period))
        // The frames are those that the indices name: the square's left edge moves a pixel a frame.
        for (frame, source) in sources.enumerated() {
            let bright = (0..<48).first { sampled.clip.intensities[0, frame, 10, $0] == Float(200) / 255 }
            #expect(bright == source + 4)
        }
    }

    @Test func aRateOfTheModelNeedsOneOfTheVideo() throws {
        let object = DICOMObject.cine(frames: 11).with(.frameTime, nil)
        let error = #expect(throws: VideoError.self) {
            try clip(
                object, framing: .region, size: Self.regionSize, frames: 6, period: 1, rate: 50,
                limits: VideoLimits())
        }
        #expect(error?.code == "video.invalid-sampling")
    }

    @Test func theLastFramesAreCountedInTime() throws {
        let sampling = {
            var sampling = ClipSampling(start: 3, frames: 100, period: 1, padding: .repeatLast)
            sampling.frameRate = 30
            return sampling
        }()
        let length = VideoLength(frames: 11, frameRate: 25, isArray: false)
        let places = try sampling.places(in: length)
        #expect(places.count(of: 11) == 9 && places.source(8) == 10 && places.source(9) == 11)
        #expect(places.count(of: 3) == 0 && places.count(of: 4) == 1)
        #expect(try sampling.sourceFrames(in: length).count == 100)
        // An array's frames have no time.
        #expect(try sampling.places(in: VideoLength(frames: 9, frameRate: nil, isArray: true)).step == 1)
    }

    /// The steps of EchoNet-Dynamic's notebook, written down again in their plainest form.
    @Test func thePreparationOfEchoNetIsTheAuthors() throws {
        let (width, height) = (200, 150)
        // Bright, with a dark row below two lines of text.
        func pixel(_ frame: Int, _ y: Int, _ x: Int) -> UInt8 {
            if y < 9 { return 255 }
            return y == 9 ? 0 : UInt8((x * 3 + y * 7 + frame * 31) % 251)
        }
        var pixels: [UInt8] = []
        for frame in 0..<2 { for y in 0..<height { for x in 0..<width { pixels.append(pixel(frame, y, x)) } } }
        var object = DICOMObject.cine(frames: 2).withoutRegions
        for (tag, value) in [(.rows, .short(150)), (.columns, .short(200)), (.pixelData, .raw("OB", pixels))]
            as [(DICOMObject.Tag, DICOMObject.Value)]
        { object = object.with(tag, value) }
        let size = ClipSize(height: 112, width: 112)
        let found = try clip(
            object, framing: .echoNet, size: size, frames: 2, period: 1, rate: nil, limits: VideoLimits()
        ).clip.intensities
        // Rows from the dark one on, the middle 141 of 200 columns, a tenth less on each side.
        let (top, side) = (9 + 14, 141 - 28)
        let left = (200 - 141) / 2 + 14
        for frame in 0..<2 {
            for (y, x) in [(60, 60), (70, 3), (111, 111), (40, 50), (100, 7), (57, 88)] {
                let expected = Self.cubic(side, size.width, y, x) { row, column in
                    Double(pixels[(frame * height + top + row) * width + left + column])
                }
                #expect(abs(Double(found[0, frame, y, x]) * 255 - expected) <= 1.001)
            }
            for (y, x) in [(0, 0), (30, 37), (67, 0), (0, 67), (2, 69), (10, 111), (44, 111)] {
                #expect(found[0, frame, y, x] == 0)
            }
        }
    }

    @Test func thePreparationOfEchoNetSeesNoNameOutsideTheRegion() throws {
        // All of the frame is the name's white but for the region.
        let (width, height) = (64, 48)
        let pixels = (0..<height).flatMap { y in
            (0..<width).map { x -> UInt8 in (8..<56).contains(x) && (8..<40).contains(y) ? 100 : 255 }
        }
        let object = DICOMObject.cine(frames: 2).with(.pixelData, .raw("OB", pixels + pixels))
        let found = try clip(
            object, framing: .echoNet, size: ClipSize(height: 112, width: 112), frames: 2, period: 1, rate: nil,
            limits: VideoLimits())
        // Cubic filters overshoot a little at edges.
        #expect((found.clip.intensities.withUnsafeValues { $0.max() } ?? 1) * 255 < 130)
    }

    /// Keys' cubic filter of OpenCV (a = -0.75), edges repeated.
    private static func cubic(
        _ side: Int, _ target: Int, _ y: Int, _ x: Int, _ pixel: (Int, Int) -> Double
    ) -> Double {
        func weights(_ position: Int) -> [(index: Int, weight: Double)] {
            let place = (Double(position) + 0.5) * Double(side) / Double(target) - 0.5
            return (-1...2).map { step in
                let index = Int(place.rounded(.down)) + step
                let d = abs(place - Double(index))
                let a = -0.75
                let weight =
                    d <= 1
                    ? (a + 2) * d * d * d - (a + 3) * d * d + 1 : a * d * d * d - 5 * a * d * d + 8 * a * d - 4 * a
                return (min(max(index, 0), side - 1), weight)
            }
        }
        var sum = 0.0
        for (row, a) in weights(y) { for (column, b) in weights(x) { sum += a * b * pixel(row, column) } }
        return min(max(sum.rounded(), 0), 255)
    }
}
