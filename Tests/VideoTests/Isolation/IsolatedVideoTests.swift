import Cine
import Foundation
import Tensors
import TestSupport
import Testing
import Video

/// Videos read by a process of their own.
struct IsolatedVideoTests {
    /// The binary that was built with the tests, beside their bundle.
    static var binary: String {
        get throws {
            let bundle = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
            let binary = bundle.deletingLastPathComponent().appending(path: "cinegrad").path
            try #require(FileManager.default.isExecutableFile(atPath: binary), "\(binary) is missing")
            return binary
        }
    }

    static func isolated(by executable: String) -> VideoLimits {
        var limits = VideoLimits()
        limits.containerReading = .process(executable: executable)
        return limits
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let file, size: String
        let encoding: [String]
        var testDescription: String { file }
    }

    static let cases = [
        Case(file: "h264.mp4", size: "64x48", encoding: ["-c:v", "libx264", "-pix_fmt", "yuv420p"]),
        Case(file: "mjpeg.avi", size: "66x50", encoding: ["-c:v", "mjpeg", "-pix_fmt", "yuvj422p"]),
        Case(file: "ffv1.mkv", size: "33x17", encoding: ["-c:v", "ffv1", "-pix_fmt", "yuv444p10le"]),
        Case(file: "animation.gif", size: "40x30", encoding: []),
        // Rows from the bottom up.
        Case(file: "raw.avi", size: "34x20", encoding: ["-c:v", "rawvideo", "-pix_fmt", "bgr24"]),
    ]

    @Test(arguments: cases) func factsAndFramesAreThoseOfThisProcess(_ one: Case) throws {
        let limits = Self.isolated(by: try Self.binary)
        try withTemporaryDirectory { directory in
            let file = directory.appending(path: one.file)
            try FFmpegCommand.makeVideo(file, size: one.size, frames: 5, rate: "25", one.encoding)
            let facts = try VideoProbe.probe(file, limits: limits)
            #expect(facts == (try VideoProbe.probe(file, limits: VideoLimits())))
            let (here, there) = (
                FrameStream(file, framing: .region, limits: VideoLimits()),
                FrameStream(file, framing: .region, limits: limits)
            )
            for frame in 0..<facts.frames { #expect(try here.image(frame) == there.image(frame), "frame \(frame)") }
            #expect(throws: VideoError.frameOutOfRange(frame: 5, frames: 5)) { try there.image(5) }
            let sampling = ClipSampling(start: 1, frames: 2, period: 2, padding: .refuse)
            func clip(_ limits: VideoLimits) throws -> SampledClip {
                try ClipReader.read(
                    file, sampling: sampling, size: ClipSize(height: 16, width: 16), channels: .rgb, framing: .region,
                    limits: limits)
            }
            #expect(try clip(limits).clip.intensities.values == clip(VideoLimits()).clip.intensities.values)
        }
    }

    /// What a reader does instead of reading, and what its caller says then.
    static let readers: [(script: String, reason: String)] = [
        ("kill -SEGV $$", "its data makes a decoder fail"), ("kill -ABRT $$", "its data makes a decoder fail"),
        ("kill -XCPU $$", "reading it takes too much time or memory"),
        ("kill -KILL $$", "reading it takes too much time or memory"), ("exit 0", "its reader ended"),
        ("exit 1", "its reader ended"), (#"printf '\003\000'"#, "its reader ended"),
        (#"printf '\377\000\000\000\000'"#, "its reader sent what is no message"),
        (#"printf '\002\377\377\377\377'"#, "its reader sent what is no message"),
        (#"printf '\001\002\000\000\000{}'"#, "its reader sent what is no message"),
    ]

    @Test(arguments: readers) func aReaderThatFailsFailsTheVideoAlone(_ reader: (script: String, reason: String)) throws
    {
        try withTemporaryDirectory { directory in
            let file = directory.appending(path: "video.mp4")
            try FFmpegCommand.makeVideo(
                file, size: "64x48", frames: 3, rate: "25", ["-c:v", "libx264", "-pix_fmt", "yuv420p"])
            let limits = Self.isolated(by: try ScriptFile.write(reader.script, named: "reader", in: directory))
            let expected = VideoError.decodingFailed(frame: 0, reason: reader.reason)
            #expect(throws: expected) { try VideoProbe.probe(file, limits: limits) }
            #expect(throws: expected) { try FrameReader.image(of: file, frame: 0, limits: limits) }
            #expect(throws: VideoError.unreadable(reason: "the process that reads it cannot be started")) {
                try VideoProbe.probe(file, limits: Self.isolated(by: directory.appending(path: "none").path))
            }
        }
    }

    /// Frames that a reader which something else took over might send: format, width, height, matrix, range, and fewer bytes than they need.
    @Test(
        arguments: [
            [0, 64, 48, 5, 0], [0, Int32.max, Int32.max, 5, 0], [0, -64, 48, 5, 0], [0, 1, 1, 5, 0],
            [9999, 64, 48, 5, 0],
            [-1, 64, 48, 5, 0], [0, 64, 48, 77, 0],
        ] as [[Int32]])
    func framesThatCannotBeAreNotTaken(_ numbers: [Int32]) throws {
        try withTemporaryDirectory { directory in
            let file = directory.appending(path: "video.mp4")
            try FFmpegCommand.makeVideo(
                file, size: "64x48", frames: 3, rate: "25", ["-c:v", "libx264", "-pix_fmt", "yuv420p"])
            let opening = #"{"orientation":{"transposes":false,"mirrorsX":false,"mirrorsY":false}}"#
            func message(_ kind: UInt8, _ body: [UInt8]) -> [UInt8] {
                [kind] + withUnsafeBytes(of: UInt32(body.count).littleEndian, Array.init) + body
            }
            let head = numbers.flatMap { withUnsafeBytes(of: $0.littleEndian, Array.init) }
            let sent = message(2, Array(opening.utf8)) + message(3, head + [UInt8](repeating: 7, count: 100))
            let messages = directory.appending(path: "messages")
            try Data(sent).write(to: messages)
            let limits = Self.isolated(
                by: try ScriptFile.write("exec cat '\(messages.path)'", named: "reader", in: directory))
            #expect(throws: VideoError.decodingFailed(frame: 0, reason: "its reader sent what is no message")) {
                try FrameReader.image(of: file, frame: 0, limits: limits)
            }
        }
    }

    @Test func theReaderIsBoundAndConfined() throws {
        try withTemporaryDirectory { directory in
            let file = directory.appending(path: "video.mkv")
            try FFmpegCommand.makeVideo(file, size: "320x240", frames: 20, rate: "25", ["-c:v", "ffv1"])
            // It stands still when the pipe is full, which nobody reads.
            let script = """
                mkfifo "$1/pipe"; exec 3<>"$1/pipe"
                "$2" read-video "$3" --pixels 1000000 --frames 100 >&3 & reader=$!
                for ((tries = 0; tries < 3000; tries++)); do
                    grep -q '^Seccomp:.2' /proc/$reader/status && break; sleep 0.01
                done
                cat /proc/$reader/status /proc/$reader/limits; kill -KILL $reader
                """
            let told = try output("/bin/bash", ["-c", script, "bash", directory.path, try Self.binary, file.path])
            #expect(told.contains(/NoNewPrivs:\s+1\n/) && told.contains(/Seccomp:\s+2\n/), "\(told)")
            #expect(told.contains(/Max address space\s+4294967296\s+4294967296/), "\(told)")
            #expect(told.contains(/Max file size\s+0\s+0/) && told.contains(/Max open files\s+64\s+64/), "\(told)")
            #expect(told.contains(/Max cpu time\s+300\s+300/) && told.contains(/Max core file size\s+0\s+0/), "\(told)")
        }
    }

    @Test func confinementTakesAwayEverythingButTheFile() throws {
        let sources = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../../Sources/CIsolation")
        try withTemporaryDirectory { directory in
            let probe = directory.appending(path: "probe")
            _ = try output(
                "/usr/bin/env",
                [
                    "clang", "-pthread", "-I", sources.appending(path: "include").path,
                    fixture("isolation/probe.c").path, sources.appending(path: "Isolation.c").path,
                    sources.appending(path: "Confinement.c").path, "-o", probe.path,
                ])
            for name in ["own", "other"] { try Data("x".utf8).write(to: directory.appending(path: name)) }
            let told = try output(
                probe.path, ["own", "other"].map { directory.appending(path: $0).path }
            ).split(separator: "\n").map(String.init)
            // Kernels without Landlock leave other files open to reading.
            let other = told.first { $0.hasPrefix("other file") } == "other file works" ? "works" : "refused"
            #expect(
                told == [
                    "own file works", "other file \(other)", "writing \(other)", "new file refused", "removal refused",
                    "socket refused", "local socket refused", "process refused", "program refused", "thread works",
                    "memory refused", "some memory works",
                ])
        }
    }

    private func output(_ program: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let bytes = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: bytes, as: UTF8.self)
    }
}
