import CSampleClip
import Foundation
import Testing
import Video

/// Files that are no video, or not a whole one: each is refused with its own error, none does more.
@Suite struct RefusalTests {
    private func probe(_ bytes: [UInt8], name: String) throws -> VideoFacts {
        try withTemporaryDirectory { directory in
            let url = directory.appending(path: name)
            try Data(bytes).write(to: url)
            return try VideoProbe.probe(url, limits: VideoLimits())
        }
    }

    @Test func anEmptyFileIsRefused() {
        #expect(throws: VideoError.empty) { try probe([], name: "a.mp4") }
    }

    @Test(arguments: [
        ("a.mp4", "Dear reader,\nthis is no video.\n", "text"),
        ("b.mp4", "#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n", "playlist"),
        ("c.mkv", "ffconcat version 1.0\nfile '/etc/hostname'\n", "playlist"),
        ("d.gif", "PK\u{3}\u{4}", "zip"),
        ("image%d.png", "\u{1}\u{2}\u{3}", "not known"),
    ])
    func whatIsNoVideoIsRefusedWithAHint(name: String, text: String, hint: String) {
        let error = #expect(throws: VideoError.self) { try probe(Array(text.utf8), name: name) }
        guard case .notAVideo(let found) = error else {
            Issue.record("another error: \(String(describing: error))")
            return
        }
        #expect(found.contains(hint))
    }

    @Test func aMissingFileAndADirectoryAreUnreadable() throws {
        try withTemporaryDirectory { directory in
            for url in [directory, directory.appending(path: "none.mp4")] {
                let error = #expect(throws: VideoError.self) { try VideoProbe.probe(url, limits: VideoLimits()) }
                #expect(error?.code == "video.unreadable")
            }
        }
    }

    /// The sample's index comes first, so that a player shows the beginning of a cut file; here it is refused at any
    /// length.
    @Test func aCutFileIsTruncatedWhereverItWasCut() throws {
        let whole = sampleClipBytes()
        for length in [9, 100, 1000, whole.count / 2, whole.count - 1] {
            let error = #expect(throws: VideoError.self) { try probe(Array(whole[..<length]), name: "cut.mp4") }
            #expect(error == .truncated, "\(length) bytes")
        }
    }

    @Test func damageIsReportedOrHarmlessButNeverFatal() throws {
        let whole = sampleClipBytes()
        var state: UInt64 = 11
        func next(below limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        var refused = 0
        for round in 0..<150 {
            var bytes = whole
            // The header in the first half of the rounds, anywhere in the second.
            for _ in 0..<8 { bytes[next(below: round < 75 ? 2000 : bytes.count)] = UInt8(next(below: 256)) }
            do {
                _ = try probe(bytes, name: "damaged.mp4")
            } catch is VideoError { refused += 1 }
        }
        #expect(refused > 20)
    }

    @Test func framesThatAreDamagedAreNotInvented() throws {
        try withTemporaryDirectory { directory in
            var bytes = sampleClipBytes()
            let middle = bytes.count / 2
            for index in middle..<(middle + 3000) { bytes[index] = UInt8(truncatingIfNeeded: index &* 37) }
            let url = directory.appending(path: "damaged.mp4")
            try Data(bytes).write(to: url)
            let error = #expect(throws: VideoError.self) {
                try ClipReader.read(
                    url, sampling: ClipSampling(start: 0, frames: 32, period: 1, padding: .refuse),
                    size: ClipSize(height: 112, width: 112), channels: .rgb, framing: .region, limits: VideoLimits())
            }
            guard case .decodingFailed(let frame, _) = error else {
                Issue.record("another error: \(String(describing: error))")
                return
            }
            #expect((1..<32).contains(frame))
        }
    }

    @Test func limitsHold() throws {
        try withTemporaryDirectory { directory in
            let url = directory.appending(path: "sample.mp4")
            try Data(sampleClipBytes()).write(to: url)
            var limits = VideoLimits()
            limits.maximumFrames = 31
            let frames = #expect(throws: VideoError.self) { try VideoProbe.probe(url, limits: limits) }
            #expect(frames == .tooLarge(what: "frames", limit: 31))
            limits = VideoLimits()
            limits.maximumPixels = 112 * 112 - 1
            let pixels = #expect(throws: VideoError.self) { try VideoProbe.probe(url, limits: limits) }
            #expect(pixels?.code == "video.too-large")
            limits = VideoLimits()
            limits.maximumArrayBytes = 4 * 3 * 112 * 112
            let clip = #expect(throws: VideoError.self) {
                try ClipReader.read(
                    url, sampling: ClipSampling(start: 0, frames: 2, period: 1, padding: .refuse),
                    size: ClipSize(height: 112, width: 112), channels: .rgb, framing: .region, limits: limits)
            }
            #expect(clip?.code == "video.invalid-sampling")
        }
    }

    @Test func everyErrorHasItsOwnCodeAndAText() {
        let errors: [VideoError] = [
            .empty, .notAVideo(hint: "it is text"), .truncated, .noVideoStream, .noFrames, .unsupportedCodec(name: "x"),
            .decodingFailed(frame: 3, reason: "r"), .tooShort(available: 10, needed: 63, start: 0, period: 2),
            .frameOutOfRange(frame: 9, frames: 3), .tooLarge(what: "frames", limit: 1), .tooSmall(width: 1, height: 1),
            .malformedArray(reason: "r"), .arrayShape(found: [1], expected: [2]), .invalidSampling(reason: "r"),
            .unreadable(reason: "r"),
        ]
        #expect(Set(errors.map(\.code)).count == errors.count)
        #expect(errors.allSatisfy { $0.code.hasPrefix("video.") && !$0.description.isEmpty })
        let short = VideoError.tooShort(available: 10, needed: 63, start: 0, period: 2).description
        for part in ["10", "63", "2nd", "clip.padding", "clip.start", "clip.period"] { #expect(short.contains(part)) }
    }

    @Suite(.enabled(if: FFmpegCommand.path != nil, "the ffmpeg command makes the videos")) struct Made {
        @Test func aContainerWithoutVideoIsRefused() throws {
            try withTemporaryDirectory { directory in
                let url = directory.appending(path: "sound.mp4")
                try FFmpegCommand.run(["-f", "lavfi", "-i", "sine=duration=1", "-c:a", "aac", url.path])
                #expect(throws: VideoError.noVideoStream) { try VideoProbe.probe(url, limits: VideoLimits()) }
            }
        }

        @Test func aCodecThatIsNotListedIsRefusedByName() throws {
            try withTemporaryDirectory { directory in
                let url = directory.appending(path: "old.avi")
                try FFmpegCommand.makeVideo(url, size: "64x48", frames: 2, rate: "25", ["-c:v", "asv1"])
                #expect(throws: VideoError.unsupportedCodec(name: "asv1")) {
                    try VideoProbe.probe(url, limits: VideoLimits())
                }
            }
        }

        @Test func onePixelIsTooSmall() throws {
            try withTemporaryDirectory { directory in
                let url = directory.appending(path: "dot.avi")
                try FFmpegCommand.makeVideo(
                    url, size: "1x1", frames: 2, rate: "25", ["-c:v", "rawvideo", "-pix_fmt", "bgr24"])
                #expect(throws: VideoError.tooSmall(width: 1, height: 1)) {
                    try VideoProbe.probe(url, limits: VideoLimits())
                }
            }
        }

        @Test(arguments: ["avi", "mkv", "mp4"])
        func aStreamWithoutFramesIsRefused(kind: String) throws {
            try withTemporaryDirectory { directory in
                let url = directory.appending(path: "none.\(kind)")
                try FFmpegCommand.run([
                    "-f", "lavfi", "-i", "testsrc2=size=64x48:rate=25", "-frames:v", "0", "-c:v", "mjpeg", "-pix_fmt",
                    "yuvj420p", url.path,
                ])
                #expect(throws: VideoError.self) { try VideoProbe.probe(url, limits: VideoLimits()) }
            }
        }

        @Test(arguments: [("avi", ["-c:v", "mjpeg", "-pix_fmt", "yuvj420p"]), ("mkv", ["-c:v", "ffv1"])])
        func othersThatAreCutAreTruncated(kind: String, encoding: [String]) throws {
            try withTemporaryDirectory { directory in
                let url = directory.appending(path: "whole.\(kind)")
                try FFmpegCommand.makeVideo(url, size: "64x48", frames: 10, rate: "25", encoding)
                let whole = try Data(contentsOf: url)
                for length in [whole.count / 2, whole.count - 100] {
                    let cut = directory.appending(path: "cut.\(kind)")
                    try whole.prefix(length).write(to: cut)
                    #expect(throws: VideoError.truncated) { try VideoProbe.probe(cut, limits: VideoLimits()) }
                }
            }
        }

        /// Damage in any container is an error or goes unnoticed; the process lives and comes to an end.
        @Test(arguments: [
            ("avi", ["-c:v", "mjpeg", "-pix_fmt", "yuvj420p"]), ("avi", ["-c:v", "mpeg4"]), ("mkv", ["-c:v", "ffv1"]),
            ("webm", ["-c:v", "libvpx"]), ("gif", []), ("mp4", ["-c:v", "libx264", "-movflags", "frag_keyframe"]),
        ])
        func damageInAnyContainerOnlyThrows(kind: String, encoding: [String]) throws {
            try withTemporaryDirectory { directory in
                let url = directory.appending(path: "whole.\(kind)")
                try FFmpegCommand.makeVideo(url, size: "48x32", frames: 8, rate: "25", encoding)
                let whole = Array(try Data(contentsOf: url))
                var state: UInt64 = 5
                func next(below limit: Int) -> Int {
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    return Int(state >> 33) % limit
                }
                for round in 0..<120 {
                    var bytes = whole
                    for _ in 0..<6 {
                        bytes[next(below: round < 60 ? min(bytes.count, 1500) : bytes.count)] = UInt8(next(below: 256))
                    }
                    let damaged = directory.appending(path: "damaged")
                    try Data(bytes).write(to: damaged)
                    do {
                        _ = try VideoProbe.probe(damaged, limits: VideoLimits())
                        _ = try ClipReader.read(
                            damaged, sampling: ClipSampling(start: 0, frames: 8, period: 1, padding: .repeatLast),
                            size: ClipSize(height: 16, width: 16), channels: .rgb, framing: .region,
                            limits: VideoLimits())
                    } catch is VideoError {}
                }
            }
        }

        /// A JPEG whose middle is overwritten within an AVI: the frame before it is read, it itself is not.
        @Test func aDamagedFrameIsNamed() throws {
            try withTemporaryDirectory { directory in
                let url = directory.appending(path: "frames.avi")
                try FFmpegCommand.makeVideo(
                    url, size: "64x48", frames: 5, rate: "25", ["-c:v", "mjpeg", "-pix_fmt", "yuvj420p"])
                var bytes = Array(try Data(contentsOf: url))
                let starts = bytes.indices.dropLast(2).filter { bytes[$0...].starts(with: [0xFF, 0xD8, 0xFF]) }
                try #require(starts.count == 5)
                for index in starts[3]..<(starts[3] + 600) { bytes[index] = 0 }
                try Data(bytes).write(to: url)
                _ = try FrameReader.image(of: url, frame: 2, limits: VideoLimits())
                let error = #expect(throws: VideoError.self) {
                    try FrameReader.image(of: url, frame: 3, limits: VideoLimits())
                }
                guard case .decodingFailed(frame: 3, _) = error else {
                    Issue.record("another error: \(String(describing: error))")
                    return
                }
            }
        }
    }
}

/// The clip that the binary carries.
func sampleClipBytes() -> [UInt8] {
    Array(UnsafeRawBufferPointer(start: cinegrad_sample_clip_start(), count: cinegrad_sample_clip_size))
}
