import Cine
import Foundation
import Tensors
import Testing
import Video

/// Decoded pixels against those of the `ffmpeg` command.
@Suite(.enabled(if: FFmpegCommand.path != nil, "the ffmpeg command makes the videos")) struct DecodingTests {
    /// How a test video is encoded and what is to be found out about it.
    struct Encoding: Sendable, CustomTestStringConvertible {
        let name: String
        let arguments: [String]
        var size = "64x48"
        var rate = "25"
        let format: VideoFormat
        let codec: String
        let pixelFormat: String
        var testDescription: String { "\(name) \(pixelFormat) \(size)" }
    }

    static let x264 = ["-c:v", "libx264", "-preset", "veryfast", "-threads", "1", "-pix_fmt"]

    static let encodings = [
        Encoding(
            name: "clip.mp4", arguments: x264 + ["yuv420p"], format: .mp4, codec: "h264", pixelFormat: "yuv420p"),
        Encoding(
            name: "odd.mp4", arguments: x264 + ["yuv444p"], size: "35x27", rate: "30000/1001", format: .mp4,
            codec: "h264", pixelFormat: "yuv444p"),
        Encoding(
            name: "odd420.avi", arguments: ["-c:v", "mjpeg", "-q:v", "3", "-pix_fmt", "yuvj420p"], size: "35x27",
            format: .avi, codec: "mjpeg", pixelFormat: "yuvj420p"),
        Encoding(
            name: "ten.mp4", arguments: x264 + ["yuv420p10le"], format: .mp4, codec: "h264",
            pixelFormat: "yuv420p10le"),
        Encoding(
            name: "fragments.mp4", arguments: x264 + ["yuv420p", "-g", "3", "-movflags", "frag_keyframe+empty_moov"],
            format: .mp4, codec: "h264", pixelFormat: "yuv420p"),
        Encoding(
            name: "grey.mkv", arguments: ["-c:v", "ffv1", "-pix_fmt", "gray"], format: .matroska, codec: "ffv1",
            pixelFormat: "gray"),
        Encoding(
            name: "full.mkv", arguments: x264 + ["yuv420p", "-vf", "scale=out_range=full", "-color_range", "pc"],
            format: .matroska, codec: "h264", pixelFormat: "yuvj420p"),
        Encoding(
            name: "echo.avi", arguments: ["-c:v", "mjpeg", "-q:v", "3", "-pix_fmt", "yuvj422p"], size: "112x112",
            rate: "50", format: .avi, codec: "mjpeg", pixelFormat: "yuvj422p"),
        Encoding(
            name: "raw.avi", arguments: ["-c:v", "rawvideo", "-pix_fmt", "bgr24"], size: "35x27", format: .avi,
            codec: "rawvideo", pixelFormat: "bgr24"),
        Encoding(
            name: "mpeg4.avi", arguments: ["-c:v", "mpeg4", "-bf", "2", "-q:v", "3"], format: .avi, codec: "mpeg4",
            pixelFormat: "yuv420p"),
        Encoding(
            name: "hevc.mp4",
            arguments: [
                "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none", "-pix_fmt", "yuv420p",
            ],
            format: .mp4, codec: "hevc", pixelFormat: "yuv420p"),
        Encoding(
            name: "clip.webm",
            arguments: ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-pix_fmt", "yuv420p"],
            format: .matroska, codec: "vp9", pixelFormat: "yuv420p"),
        Encoding(
            name: "av1.mkv",
            arguments: ["-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "8", "-pix_fmt", "yuv420p"],
            format: .matroska, codec: "av1", pixelFormat: "yuv420p"),
        Encoding(
            name: "hidden.webm",
            arguments: ["-c:v", "libvpx", "-auto-alt-ref", "1", "-lag-in-frames", "8", "-b:v", "200k"],
            format: .matroska, codec: "vp8", pixelFormat: "yuv420p"),
        Encoding(
            name: "clip.gif", arguments: ["-vf", "split[a][b];[a]palettegen[p];[b][p]paletteuse"], rate: "20",
            format: .gif, codec: "gif", pixelFormat: "bgra"),
    ]
    static let frames = 10

    @Test(arguments: encodings)
    func factsAndPixelsAreThoseOfTheCommand(encoding: Encoding) throws {
        try withTemporaryDirectory { directory in
            // The name is no help: content alone decides.
            let (named, url) = (directory.appending(path: encoding.name), directory.appending(path: "content.bin"))
            try FFmpegCommand.makeVideo(
                named, size: encoding.size, frames: Self.frames, rate: encoding.rate, encoding.arguments)
            try FileManager.default.moveItem(at: named, to: url)

            let facts = try VideoProbe.probe(url, limits: VideoLimits())
            #expect(facts.format == encoding.format)
            #expect(facts.codec == encoding.codec)
            #expect(facts.pixelFormat == encoding.pixelFormat)
            #expect("\(facts.width)x\(facts.height)" == encoding.size)
            #expect(facts.frames == Self.frames)
            #expect(facts.rotation == 0)
            let rate = encoding.rate.split(separator: "/").compactMap { Int($0) } + [1]
            #expect(facts.frameRate == FrameRate(numerator: rate[0], denominator: rate[1]))

            try expectSamePixels(url, facts, filters: [])
        }
    }

    /// Reads all frames in their own size and compares every byte with the command's.
    func expectSamePixels(
        _ url: URL, _ facts: VideoFacts, filters: [String], at location: SourceLocation = #_sourceLocation
    ) throws {
        let formats: [(ClipChannels, String)] = [(.rgb, "rgb24"), (.bgr, "bgr24"), (.luma, "gray")]
        for (channels, format) in formats {
            let expected = try FFmpegCommand.pixels(of: url, format: format, filters: filters)
            let size = ClipSize(height: facts.height, width: facts.width)
            let sampled = try ClipReader.read(
                url, sampling: ClipSampling(start: 0, frames: facts.frames, period: 1, padding: .refuse), size: size,
                channels: channels, framing: .region, limits: VideoLimits())
            #expect(sampled.sourceFrames == Array(0..<facts.frames), sourceLocation: location)
            #expect(!sampled.resized && sampled.sourceSize == size, sourceLocation: location)
            let actual = interleavedBytes(sampled.clip)
            guard actual.count == expected.count else {
                Issue.record("\(format): \(actual.count) bytes, not \(expected.count)", sourceLocation: location)
                continue
            }
            let worst = zip(actual, expected).map { abs(Int($0) - Int($1)) }.max() ?? 0
            #expect(worst <= 1, "\(format)", sourceLocation: location)
        }
    }

    @Test(arguments: [90, 180, 270])
    func rotatedVideosStandUpright(degrees: Int) throws {
        try withTemporaryDirectory { directory in
            let (lying, url) = (directory.appending(path: "lying.mp4"), directory.appending(path: "turned.mp4"))
            try FFmpegCommand.makeVideo(lying, size: "64x48", frames: 3, rate: "25", Self.x264 + ["yuv444p"])
            // The option counts anticlockwise. Chroma of every pixel, because the command turns before it converts.
            try FFmpegCommand.run([
                "-i", lying.path, "-c", "copy", "-metadata:s:v", "rotate=\(degrees)", url.path,
            ])
            let facts = try VideoProbe.probe(url, limits: VideoLimits())
            #expect(facts.rotation == 360 - degrees)
            let upright = degrees == 180 ? ClipSize(height: 48, width: 64) : ClipSize(height: 64, width: 48)
            #expect(ClipSize(height: facts.height, width: facts.width) == upright)
            try expectSamePixels(url, facts, filters: [])
        }
    }

    /// Three full HD frames in memory are 9 MB, all of them would be 460 MB.
    @Test func aLongVideoIsNeverInMemoryAtOnce() throws {
        try withTemporaryDirectory { directory in
            let url = directory.appending(path: "long.avi")
            try FFmpegCommand.run([
                "-f", "lavfi", "-i", "color=gray:size=1920x1080:rate=25,trim=end_frame=150", "-c:v", "mjpeg",
                "-pix_fmt",
                "yuvj420p", url.path,
            ])
            let before = try peakMemory()
            let sampled = try ClipReader.read(
                url, sampling: ClipSampling(start: 0, frames: 150, period: 1, padding: .refuse),
                size: ClipSize(height: 8, width: 8), channels: .rgb, framing: .region, limits: VideoLimits())
            #expect(sampled.sourceFrames.count == 150)
            #expect(try peakMemory() - before < 150_000)
        }
    }

    /// The largest resident size of this process so far, in KiB.
    private func peakMemory() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(line.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }.first)
    }

    @Test func resizingIsTheCommands() throws {
        try withTemporaryDirectory { directory in
            let url = directory.appending(path: "clip.mp4")
            try FFmpegCommand.makeVideo(url, size: "320x240", frames: 4, rate: "25", Self.x264 + ["yuv420p"])
            let expected = try FFmpegCommand.pixels(
                of: url, format: "rgb24",
                filters: ["scale=112:56:flags=bicubic+accurate_rnd+bitexact+full_chroma_int,format=rgb24"])
            let sampled = try ClipReader.read(
                url, sampling: ClipSampling(start: 0, frames: 4, period: 1, padding: .refuse),
                size: ClipSize(height: 56, width: 112), channels: .rgb, framing: .region, limits: VideoLimits())
            #expect(sampled.resized)
            #expect(sampled.sourceSize == ClipSize(height: 240, width: 320))
            let actual = interleavedBytes(sampled.clip)
            try #require(actual.count == expected.count)
            #expect(zip(actual, expected).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
        }
    }

    @Test func variableFrameRateChangesNoCount() throws {
        try withTemporaryDirectory { directory in
            let url = directory.appending(path: "variable.mp4")
            try FFmpegCommand.makeVideo(
                url, size: "64x48", frames: 12, rate: "25",
                ["-vf", "setpts='(N+floor(N*N/6))/25/TB'", "-vsync", "vfr"] + Self.x264 + ["yuv420p"])
            let facts = try VideoProbe.probe(url, limits: VideoLimits())
            #expect(facts.frames == 12)
            #expect(facts.frameRate?.framesPerSecond ?? 25 < 24)
            try expectSamePixels(url, facts, filters: [])
        }
    }

    @Test func framesBeforeAnEditListAreNotCounted() throws {
        try withTemporaryDirectory { directory in
            let (whole, url) = (directory.appending(path: "whole.mp4"), directory.appending(path: "cut.mp4"))
            try FFmpegCommand.makeVideo(
                whole, size: "64x48", frames: 50, rate: "25", Self.x264 + ["yuv420p", "-g", "20"])
            // Copied from frame 25 on: the file keeps the frames from 20 on and a list that hides five of them.
            try FFmpegCommand.run(["-ss", "1.0", "-i", whole.path, "-c", "copy", url.path])
            let facts = try VideoProbe.probe(url, limits: VideoLimits())
            let shown = try FFmpegCommand.pixels(of: url, format: "gray", filters: []).count / (64 * 48)
            #expect(facts.frames == shown)
            try expectSamePixels(url, facts, filters: [])
        }
    }

    @Test func pixelAspectIsReportedAndLeftAlone() throws {
        try withTemporaryDirectory { directory in
            let url = directory.appending(path: "wide.mp4")
            try FFmpegCommand.makeVideo(
                url, size: "64x48", frames: 2, rate: "25", ["-vf", "setsar=4/3"] + Self.x264 + ["yuv420p"])
            let facts = try VideoProbe.probe(url, limits: VideoLimits())
            #expect(facts.pixelAspect == PixelAspect(width: 4, height: 3))
            #expect(facts.width == 64 && facts.height == 48)
        }
    }

    /// White and black of limited-range video are 255 and 0 in every kind of channel.
    @Test(arguments: ClipChannels.allCases, ["rgb24", "yuv420p"])
    func blackAndWhiteReachTheEndsOfTheRange(channels: ClipChannels, format: String) throws {
        try withTemporaryDirectory { directory in
            let url = directory.appending(path: "ends.avi")
            try FFmpegCommand.run([
                "-f", "lavfi", "-i", "color=white:size=16x16:rate=1", "-f", "lavfi", "-i",
                "color=black:size=16x16:rate=1",
                "-filter_complex", "[0][1]hstack,format=\(format)", "-frames:v", "1", "-c:v",
                format == "rgb24" ? "rawvideo" : "ffv1", "-pix_fmt", format == "rgb24" ? "bgr24" : format, url.path,
            ])
            let clip = try ClipReader.read(
                url, sampling: ClipSampling(start: 0, frames: 1, period: 1, padding: .refuse),
                size: ClipSize(height: 16, width: 32), channels: channels, framing: .region, limits: VideoLimits()
            ).clip
            for channel in 0..<channels.count {
                #expect(clip.intensities[channel, 0, 8, 3] == 1)
                #expect(clip.intensities[channel, 0, 8, 28] == 0)
            }
        }
    }

    @Test func highDefinitionWithoutAMatrixIsRec709() throws {
        try withTemporaryDirectory { directory in
            for (height, matrix) in [(480, "bt601"), (720, "bt709")] {
                let url = directory.appending(path: "\(height).mp4")
                try FFmpegCommand.run([
                    "-f", "lavfi", "-i", "color=0xC03020:size=64x\(height):rate=1,format=rgb24", "-frames:v", "1",
                    "-vf",
                    "scale=out_color_matrix=\(matrix):out_range=tv,format=yuv444p", "-c:v", "libx264", "-qp", "0",
                    "-bsf:v", "h264_metadata=matrix_coefficients=2", url.path,
                ])
                let image = try FrameReader.image(of: url, frame: 0, limits: VideoLimits())
                let difference = zip(image.pixels.prefix(3), [0xC0, 0x30, 0x20]).map { abs(Int($0) - $1) }.max() ?? 255
                #expect(difference <= 2, "\(height) lines: \(image.pixels.prefix(3))")
            }
        }
    }
}

/// `[C, T, H, W]` back to bytes `[T, H, W, C]`.
func interleavedBytes(_ clip: Clip) -> [UInt8] {
    let plane = clip.height * clip.width
    let values = clip.intensities.values
    var bytes: [UInt8] = []
    bytes.reserveCapacity(values.count)
    for frame in 0..<clip.frames {
        for pixel in 0..<plane {
            for channel in 0..<clip.channels {
                bytes.append(UInt8((values[(channel * clip.frames + frame) * plane + pixel] * 255).rounded()))
            }
        }
    }
    return bytes
}
