import Foundation
import Glibc
import TestSupport
import Testing

/// A service whose disk is full, or cannot be written to.
struct FullServiceDiskTests {
    /// UInt8 `[T, H, W, 3]` of values that no compressor makes smaller, in NumPy's format.
    private func noise(frames: Int, side: Int) -> Data {
        var header = "{'descr': '|u1', 'fortran_order': False, 'shape': (\(frames), \(side), \(side), 3), }"
        header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
        let count = header.utf8.count
        var bytes = Data([0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(count & 0xFF), UInt8(count >> 8)])
        bytes += Array(header.utf8)
        var state: UInt64 = 1
        for _ in 0..<frames * side * side * 3 {
            // Knuth's MMIX generator; the upper bits are the good ones.
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            bytes.append(UInt8(truncatingIfNeeded: state >> 56))
        }
        return bytes
    }

    @Test func aFullDiskRefusesWhatDoesNotFitAndLosesNothing() async throws {
        let directory = try TemporaryDirectory()
        let clip = try await RealClip.shared.value
        let large = directory.url.appending(path: "large.npy")
        try noise(frames: 32, side: 200).write(to: large)
        // No file may be larger than 2 MiB: the disk is full for the large video, and for the log of a result.
        let limited = try await ServiceProcess.start(in: directory, environment: [:], kibibytesPerFile: 2048)
        let video = try await limited.videoID(of: clip.url)
        let refusal = try await limited.curl("/v1/videos", ["--data-binary", "@\(large.path)"], expecting: 507)
        #expect(refusal.text.contains("storage.full") && refusal.headers["retry-after"] == "60")
        let request = #"{"video":"\#(video)","model":"moving-shapes-sides","samples":2,"checks":[]}"#
        let job = try await limited.post("/v1/explanations", json: request, expecting: 202).decoded(
            as: ExplanationBody.self)
        // Its maps have some megabytes of noise.
        let ended = try await limited.finished(job.id)
        #expect(ended.state == "failed")
        try await limited.curl("/healthz", [], expecting: 200)
        try await limited.curl("/v1/videos/\(video)", [], expecting: 200)
        #expect(await limited.stop() == .exit(0))

        // With room again, everything that was acknowledged is there, and nothing else.
        let data = directory.url.appending(path: "data")
        let check = try await BuiltBinary.end(
            ["check", "--data-directory", data.path], environment: [:], in: directory)
        #expect(check.ending == .exit(0), "\(check.output)\(check.errors)")
        #expect(
            check.output.contains("1 videos, 0 models") && check.output.contains("1 explanations"), "\(check.output)")
        #expect(!check.output.contains("belongs to nothing"))
        let service = try await ServiceProcess.start(in: directory, environment: [:])
        try await service.curl("/v1/videos", ["--data-binary", "@\(large.path)"], expecting: 201)
        #expect(
            try await service.explain(video, #""model":"moving-shapes-sides","samples":2,"checks":[]"#).state
                == "succeeded")
        #expect(await service.stop() == .exit(0))
    }

    @Test func aDiskThatIsReadOnlyIsNamed() async throws {
        let directory = try TemporaryDirectory()
        let data = directory.url.appending(path: "data")
        try FileManager.default.createDirectory(at: data, withIntermediateDirectories: false)
        let errors = directory.url.appending(path: "errors")
        // A mount of its own where that may be made, else a directory without the right to write.
        let script = """
            if unshare --mount true 2>/dev/null; then
                exec unshare --mount bash -c 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && exec "$0" serve --port 0 --data-directory "$1"' "$0" "$1"
            fi
            chmod 0500 "$1"
            exec "$0" serve --port 0 --data-directory "$1"
            """
        let child = try ChildProcess(
            "bash", ["-c", script, try BuiltBinary.url.path, data.path], environment: ["HOME": directory.url.path],
            output: .file(directory.url.appending(path: "output")), errors: errors)
        #expect(await child.ending() == .exit(1))
        let told = try String(contentsOf: errors, encoding: .utf8)
        #expect(
            told.contains("is on a disk that is mounted read-only") || told.contains("may not be read and written"),
            "\(told)")
        #expect(told.contains(data.path), "\(told)")
    }
}
