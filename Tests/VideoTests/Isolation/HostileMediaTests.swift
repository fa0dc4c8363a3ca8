import Cine
import Foundation
import Synchronization
import TestSupport
import Testing
import Video

/// Broken and hostile media, changed from real ones by fixed seeds: each is read or refused, and the reader of none takes this process with it.
struct HostileMediaTests {
    /// Changes of each file.
    private static let changes: UInt64 = 16

    @Test(arguments: IsolatedVideoTests.cases) func changedVideosAreReadOrRefused(_ one: IsolatedVideoTests.Case) throws
    {
        let limits = IsolatedVideoTests.isolated(by: try IsolatedVideoTests.binary)
        try withTemporaryDirectory { directory in
            let original = directory.appending(path: one.file)
            try FFmpegCommand.makeVideo(original, size: one.size, frames: 4, rate: "25", one.encoding)
            let bytes = Array(try Data(contentsOf: original))
            var (read, refused) = (0, 0)
            for seed in 0..<Self.changes {
                var mutator = Mutator(seed: seed)
                // What matters most of a container is its beginning or its end; a few changes each.
                let changed = (0..<4).reduce(bytes) { bytes, _ in mutator.mutated(bytes) }
                let file = directory.appending(path: "changed-\(seed)-\(one.file)")
                try Data(changed).write(to: file)
                do {
                    let frames = try VideoProbe.probe(file, limits: limits).frames
                    let stream = FrameStream(file, framing: .region, limits: limits)
                    for frame in 0..<min(frames, 8) { _ = try stream.image(frame) }
                    read += 1
                } catch let error as VideoError {
                    #expect(!error.description.isEmpty)
                    refused += 1
                }
            }
            #expect(read + refused == Int(Self.changes))
        }
    }

    @Test func cutVideosAreReadOrRefused() throws {
        let limits = IsolatedVideoTests.isolated(by: try IsolatedVideoTests.binary)
        try withTemporaryDirectory { directory in
            let original = directory.appending(path: "video.mp4")
            try FFmpegCommand.makeVideo(
                original, size: "64x48", frames: 8, rate: "25", ["-c:v", "libx264", "-pix_fmt", "yuv420p"])
            let bytes = try Data(contentsOf: original)
            for part in 1..<12 {
                let file = directory.appending(path: "cut-\(part).mp4")
                try bytes.prefix(bytes.count * part / 12).write(to: file)
                #expect(throws: VideoError.truncated, "\(part) twelfths") { try VideoProbe.probe(file, limits: limits) }
            }
        }
    }

    /// An MP4 whose stated size would take all memory is refused before anything is allocated for it.
    @Test func sizesBeyondTheLimitsAreRefusedAtOnce() throws {
        let binary = try IsolatedVideoTests.binary
        try withTemporaryDirectory { directory in
            let file = directory.appending(path: "video.mp4")
            try FFmpegCommand.makeVideo(
                file, size: "64x48", frames: 3, rate: "25", ["-c:v", "libx264", "-pix_fmt", "yuv420p"])
            var limits = IsolatedVideoTests.isolated(by: binary)
            limits.maximumPixels = 64 * 47
            #expect(throws: VideoError.tooLarge(what: "pixels a frame (64x48)", limit: 64 * 47)) {
                try VideoProbe.probe(file, limits: limits)
            }
            limits = IsolatedVideoTests.isolated(by: binary)
            limits.maximumFrames = 2
            #expect(throws: VideoError.tooLarge(what: "frames", limit: 2)) {
                try VideoProbe.probe(file, limits: limits)
            }
            var here = VideoLimits()
            here.maximumPixelsInAll = 64 * 48 * 3 - 1
            #expect(throws: VideoError.tooLarge(what: "pixels in all its frames", limit: here.maximumPixelsInAll)) {
                try VideoProbe.probe(file, limits: here)
            }
        }
    }
}
