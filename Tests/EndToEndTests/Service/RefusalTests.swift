import Foundation
import TestSupport
import Testing

/// Whatever is sent, the sender is told what is wrong with it, and the next request is answered.
struct RefusalTests {
    private let directory: TemporaryDirectory
    private let service: ServiceProcess

    init() async throws {
        directory = try TemporaryDirectory()
        service = try await ServiceProcess.start(in: directory, environment: ["CINEGRAD_LIMITS_VIDEO_BYTES": "3000000"])
    }

    private func expect(
        _ answer: Answer, _ code: String, _ detail: String, at location: SourceLocation = #_sourceLocation
    ) async throws {
        try await service.expectProblem(answer, code, detail, at: location)
    }

    private func file(_ name: String, _ bytes: some Collection<UInt8>) throws -> URL {
        let url = directory.url.appending(path: name)
        try Data(bytes).write(to: url)
        return url
    }

    @Test func bodiesOverTheLimit() async throws {
        let large = try file("large.mp4", [UInt8](repeating: 7, count: 3_000_001))
        try await expect(service.upload(large, expecting: 413), "request.too-large", "3000000")
        let chunked = try await service.curl(
            "/v1/videos",
            [
                "--header", "Content-Type: application/octet-stream", "--header", "Transfer-Encoding: chunked",
                "--data-binary", "@\(large.path)",
            ], expecting: 413)
        try await expect(chunked, "request.too-large", "3000000")
        let form = try await service.curl("/v1/videos", ["--form", "video=@\(large.path)"], expecting: 413)
        try await expect(form, "request.too-large", "3000000")
        let document = try file("large.json", [UInt8](repeating: 0x20, count: 1 << 20) + Array("{}".utf8))
        try await expect(
            service.post("/v1/explanations", json: "@\(document.path)", expecting: 413), "request.too-large", "1048576")
    }

    @Test func headersOverTheLimit() async throws {
        let long = try await service.curl(
            "/healthz", ["--header", "X-Long: \(String(repeating: "x", count: 20_000))"], expecting: 431)
        try await expect(long, "http.headers-too-large", "16384 bytes")
        let many = try await service.curl(
            "/healthz", (0..<101).flatMap { ["--header", "X-\($0): y"] }, expecting: 431)
        try await expect(many, "http.too-many-fields", "100")
        let target = try await service.curl("/\(String(repeating: "a", count: 9000))", [], expecting: 414)
        try await expect(target, "http.target-too-long", "8192 bytes")
    }

    @Test(arguments: [
        (#"{"#, 400, "request.malformed", "valid JSON"),
        (#"[]"#, 422, "request.invalid", "object"),
        (#"{}"#, 422, "request.invalid", "video"),
        (#"{"video":7,"model":"moving-shapes-sides"}"#, 422, "request.invalid", "video"),
        (#"{"video":"ID","model":"moving-shapes-sides","samples":"many"}"#, 422, "request.invalid", "samples"),
        (#"{"video":"ID","model":"moving-shapes-sides","samples":0}"#, 422, "request.invalid", "samples"),
        (
            #"{"video":"ID","model":"moving-shapes-sides","samples":2.5}"#, 422, "request.invalid",
            "samples: expected a whole number"
        ),
        (
            #"{"video":"ID","model":"moving-shapes-sides","seed":-1}"#, 422, "request.invalid",
            "seed: expected a whole number"
        ),
        (#"{"video":"ID","model":"moving-shapes-sides","clip":{"start":1e30}}"#, 422, "request.invalid", "clip.start"),
        (#"{"video":"ID","model":"moving-shapes-sides","noise":-1}"#, 422, "request.invalid", "noise"),
        (#"{"video":"ID","model":"moving-shapes-sides","colour":"red"}"#, 422, "request.invalid", "colour"),
        (#"{"video":"ID","model":"moving-shapes-sides","clip":{"begin":1}}"#, 422, "request.invalid", "begin"),
        (#"{"video":"ID","model":"moving-shapes-sides","method":"magic"}"#, 422, "request.invalid", "magic"),
        (#"{"video":"ID","model":"moving-shapes-sides","target":{"output":3}}"#, 422, "target.unknown-output", "3"),
        (#"{"video":"ID","model":"moving-shapes-sides","target":{"label":"x"}}"#, 422, "target.unknown-label", "x"),
        (#"{"video":"ID","model":"moving-shapes-sides","clip":{"start":1000}}"#, 422, "video.too-short", "1032"),
        (#"{"video":"ID"}"#, 422, "request.invalid", "model"),
        (#"{"video":"ID","model":"absent"}"#, 404, "model.not-found", "absent"),
        (#"{"video":"vid_absent","model":"moving-shapes-sides"}"#, 404, "video.not-found", "vid_absent"),
    ])
    func requestsThatAreNone(_ json: String, _ status: Int, _ code: String, _ detail: String) async throws {
        let video = try await service.videoID(of: RealClip.shared.value.url)
        let answer = try await service.post(
            "/v1/explanations", json: json.replacing("\"ID\"", with: "\"\(video)\""), expecting: status)
        try await expect(answer, code, detail)
        let list = try await service.document("/v1/explanations", as: ListBody.self)
        #expect(list.items.isEmpty)
    }

    @Test(arguments: [
        ("GET", "/v1/videos/vid_absent", 404, "video.not-found", "absent"),
        ("DELETE", "/v1/videos/vid_absent", 404, "video.not-found", "absent"),
        ("GET", "/v1/videos/vid_absent/content", 404, "video.not-found", "absent"),
        ("GET", "/v1/models/absent", 404, "model.not-found", "absent"),
        ("DELETE", "/v1/models/absent", 404, "model.not-found", "absent"),
        ("DELETE", "/v1/models/moving-shapes-sides", 409, "model.bundled", "built in"),
        ("GET", "/v1/explanations/exp_absent", 404, "explanation.not-found", "absent"),
        ("GET", "/v1/explanations/exp_absent/events", 404, "explanation.not-found", "absent"),
        ("GET", "/v1/explanations/exp_absent/maps/flow", 404, "explanation.not-found", "absent"),
        ("DELETE", "/v1/explanations/exp_absent", 404, "explanation.not-found", "absent"),
        ("GET", "/v1/explanations?state=asleep", 400, "request.invalid-parameter", "state"),
        ("GET", "/v1/explanations?colour=red", 400, "request.unknown-parameter", "colour"),
        ("GET", "/v1/absent", 404, "route.not-found", "absent"),
        ("PUT", "/v1/videos", 405, "route.method-not-allowed", "POST, GET, HEAD"),
        ("GET", "/v1/videos/%zz", 400, "http.malformed-target", "percent"),
    ])
    func addressesWithNothingBehind(
        _ method: String, _ path: String, _ status: Int, _ code: String, _ detail: String
    ) async throws {
        try await expect(
            service.curl(path, ["--request", method], expecting: status), code, detail)
    }
}
