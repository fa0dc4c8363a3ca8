import Foundation
import TestSupport
import Tensors
import Testing

/// Uploads that are no videos, or none that can be explained.
struct VideoRefusalTests {
    private let directory: TemporaryDirectory
    private let service: ServiceProcess

    init() async throws {
        directory = try TemporaryDirectory()
        service = try await ServiceProcess.start(in: directory, environment: [:])
    }

    private func url(_ name: String) -> URL { directory.url.appending(path: name) }

    /// Uploads a file as it is and as a part of a form, and expects the same refusal.
    private func expectRefusal(
        _ name: String, _ code: String, _ detail: String, at location: SourceLocation = #_sourceLocation
    ) async throws {
        let plain = try await service.upload(url(name), expecting: 422, at: location)
        try await service.expectProblem(plain, code, detail, at: location)
        let form = try await service.curl(
            "/v1/videos", ["--form", "video=@\(url(name).path)"], expecting: 422, at: location)
        try await service.expectProblem(form, code, detail, at: location)
        // One request for everything is refused like two.
        let whole = try await service.curl(
            "/v1/explanations",
            ["--form", "video=@\(url(name).path)", "--form", #"request={"model":"moving-shapes-sides"}"#],
            expecting: 422, at: location)
        try await service.expectProblem(whole, code, detail, at: location)
        for path in ["/v1/videos", "/v1/explanations"] {
            let list = try await service.document(path, as: ListBody.self, at: location)
            #expect(list.items.isEmpty, sourceLocation: location)
        }
    }

    private func write(_ name: String, _ bytes: some Collection<UInt8>) throws { try Data(bytes).write(to: url(name)) }

    /// Makes a video with the `ffmpeg` program.
    private func make(
        _ name: String, _ arguments: [String], at location: SourceLocation = #_sourceLocation
    ) async throws {
        let child = try ChildProcess(
            "ffmpeg", ["-v", "error"] + arguments + [url(name).path], environment: [:], output: .pipe,
            errors: url("errors"))
        let ending = await child.ending()
        try #require(
            ending == .exit(0), "\((try? String(contentsOf: url("errors"), encoding: .utf8)) ?? "")",
            sourceLocation: location)
    }

    @Test func bytesThatAreNoVideo() async throws {
        let clip = try Data(contentsOf: try await RealClip.shared.value.url)
        try write("empty.mp4", [])
        try await expectRefusal("empty.mp4", "video.empty", "no bytes")
        try write("text.mp4", "This is no video.\n".utf8)
        try await expectRefusal("text.mp4", "video.not-a-video", "it is text")
        try write("cut.mp4", clip.prefix(clip.count / 2))
        try await expectRefusal("cut.mp4", "video.truncated", "send the whole file")
        try write("head.mp4", clip.prefix(100))
        try await expectRefusal("head.mp4", "video.truncated", "send the whole file")
        try await make("sound.mp4", ["-f", "lavfi", "-i", "anullsrc", "-t", "1", "-c:a", "aac"])
        try await expectRefusal("sound.mp4", "video.no-video-stream", "without a video stream")
    }

    @Test func videosWithoutFrames() async throws {
        let pattern = ["-f", "lavfi", "-i", "testsrc=size=64x64", "-frames:v", "0"]
        try await make("none.mp4", pattern + ["-c:v", "libx264", "-movflags", "frag_keyframe+empty_moov"])
        try await expectRefusal("none.mp4", "video.no-frames", "has no frames")
        try await make("none.avi", pattern + ["-c:v", "mjpeg"])
        try await expectRefusal("none.avi", "video.no-frames", "has no frames")
        try write("none.npy", NumPy.header(shape: [3, 0, 8, 8]))
        try await expectRefusal("none.npy", "video.malformed-array", "[3, 0, 8, 8]")
    }

    @Test func videosOfOnePixel() async throws {
        let pattern = ["-f", "lavfi", "-i", "testsrc=size=1x1", "-frames:v", "40"]
        try await make("pixel.mp4", pattern + ["-c:v", "libx264rgb"])
        try await expectRefusal("pixel.mp4", "video.too-small", "1x1 pixels")
        try await make("pixel.gif", pattern)
        try await expectRefusal("pixel.gif", "video.too-small", "1x1 pixels")
        let shape: Shape = [3, 32, 1, 1]
        try write("pixel.npy", NumPy.encode(Tensor(shape: shape, repeating: 0.5), shape: shape))
        try await expectRefusal("pixel.npy", "video.too-small", "1x1 pixels")
    }

    @Test func theSmallestVideoIsExplained() async throws {
        try await make(
            "small.avi",
            ["-f", "lavfi", "-i", "testsrc=size=2x2", "-frames:v", "32", "-c:v", "rawvideo", "-pix_fmt", "bgr24"])
        let explanation = try await service.explain(
            service.videoID(of: url("small.avi")), #""model":"moving-shapes-sides","method":"gradient","checks":[]"#)
        #expect(try await service.map(explanation, "flow").values.allSatisfy(\.isFinite))
    }

    @Test func videosShorterThanTheClip() async throws {
        try await make("short.avi", ["-f", "lavfi", "-i", "testsrc=size=64x64", "-frames:v", "9", "-c:v", "mjpeg"])
        let video = try await service.videoID(of: url("short.avi"))
        let fields = #""video":"\#(video)","model":"moving-shapes-sides","method":"gradient","checks":[]"#
        let refused = try await service.post("/v1/explanations", json: "{\(fields)}", expecting: 422)
        try await service.expectProblem(refused, "video.too-short", "needs 32 frames; it has 9")
        let padded = try await service.explain(
            video,
            #""model":"moving-shapes-sides","method":"gradient","checks":[],"clip":{"padding":"repeat_last"}"#)
        #expect(try await service.map(padded, "pixels").shape.extents == [3, 32, 112, 112])
    }

    @Test func numbersThatAreNone() async throws {
        let shape: Shape = [3, 32, 112, 112]
        try write("nan.npy", NumPy.encode(Tensor(shape: shape, repeating: .nan), shape: shape))
        let video = try await service.videoID(of: url("nan.npy"))
        let answer = try await service.post(
            "/v1/explanations?wait=60", json: #"{"video":"\#(video)","model":"moving-shapes-sides"}"#, expecting: 200)
        let explanation = try answer.decoded(as: ExplanationBody.self)
        #expect(explanation.state == "failed")
        #expect(explanation.error?.code == "video.malformed-array")
        #expect(explanation.error?.message.contains("not a finite number") == true)
        #expect(explanation.attempts == 1)
        try await service.get("/readyz", accept: "*/*", expecting: 200)
    }

    @Test func formsWithOtherParts() async throws {
        try write("text.mp4", "This is no video.\n".utf8)
        let other = try await service.curl("/v1/videos", ["--form", "film=@\(url("text.mp4").path)"], expecting: 400)
        try await service.expectProblem(other, "request.unknown-part", "film")
        let none = try await service.curl(
            "/v1/explanations", ["--form", #"request={"model":"moving-shapes-sides"}"#], expecting: 422)
        try await service.expectProblem(none, "request.invalid", "send the video as a part of a form")
    }
}
