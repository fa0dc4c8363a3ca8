import HTTPTypes
import Testing

/// Requests for explanations that are refused before anything is queued.
struct SubmissionTests {
    @Test func whatCannotBeDoneIsToldAtOnce() async throws {
        try await TestService.with { service in
            let request = try await service.tinyRequest()
            let refusals: [(Int, String, String, JSON)] = [
                (422, "request.invalid", "video", request.without("video")),
                (422, "request.invalid", "model", request.without("model")),
                (404, "video.not-found", "vid_x", request.with("video", "vid_x")),
                (404, "model.not-found", "r2plus1d", request.with("model", "r2plus1d")),
                (422, "target.unknown-output", "0 to 3", request.with("target", ["output": 4])),
                (422, "target.unknown-output", "-1", request.with("target", ["output": -1])),
                (422, "target.unknown-output", "4", request.with("target", ["difference": [0, 4]])),
                (422, "target.unknown-output", "9", request.with("target", ["atan2": [9, 0]])),
                (422, "target.unknown-label", "circle", request.with("target", ["label": "oval"])),
                (422, "request.invalid", "target", request.with("target", "highest")),
                (422, "video.too-short", "it has 32", request.with("clip", ["period": 5])),
                (422, "video.too-short", "it has 32", request.with("clip", ["start": 25])),
                (422, "video.too-short", "32", request.with("clip", ["start": 32, "padding": "black"])),
                (422, "clip.no-motion", "1 frame", request.with("clip", ["frames": 1])),
                (422, "request.invalid", "clip.frames", request.with("clip", ["frames": 0])),
                (422, "request.invalid", "clip.size", request.with("clip", ["size": 1])),
                (422, "request.invalid", "samples", request.with("samples", 0)),
                (422, "request.invalid", "samples", request.with("samples", "many")),
                (422, "request.invalid", "method", request.with("method", "lime")),
                (422, "request.invalid", "checks[1]", request.with("checks", ["randomisation", "vibes"])),
                (422, "request.invalid", "noise", request.with("noise", ["flow": -0.1])),
                (422, "request.invalid", "seed", request.with("seed", -1)),
                (422, "request.invalid", "colour", request.with("colour", "red")),
                (422, "request.invalid", "", ["a", "b"]),
            ]
            for (status, code, names, document) in refusals {
                let answer = try await service.post("/v1/explanations", document)
                let text = try document.text
                #expect(answer.status == status && answer.code == code, "\(text): \(answer.text)")
                #expect(answer.detail.contains(names) || names.isEmpty, "\(text): \(answer.detail)")
            }
            #expect(try await service.get("/v1/explanations").json == ["items": []])
        }
    }

    @Test func whatCannotBeReadIsRefused() async throws {
        try await TestService.with { service in
            func post(_ type: String?, _ body: [UInt8]) async throws -> Answer {
                var headers: HTTPFields = [:]
                headers[.contentType] = type
                return try await service.request(.post, "/v1/explanations", headers: headers, body: body)
            }
            for text in ["", "{", "nonsense", "{\"video\": 'x'}"] {
                let answer = try await post("application/json; charset=utf-8", Array(text.utf8))
                #expect(answer.status == 400 && answer.code == "request.malformed", "\(text): \(answer.text)")
            }
            for type in ["text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/mixed"] {
                let answer = try await post(type, Array("{}".utf8))
                #expect(answer.status == 415 && answer.code == "request.unsupported-media-type", "\(type)")
            }
            // Without a type it is taken for JSON.
            #expect(try await post(nil, Array("{}".utf8)).code == "request.invalid")
            let large = try await post("application/json", Array(repeating: 32, count: 1 << 20 + 1))
            #expect(large.status == 413 && large.code == "request.too-large")
            let many = String(repeating: "[", count: 500_000)
            #expect(try await post("application/json", Array(many.utf8)).status == 400)
        }
    }

    @Test func nothingIsKeptOfARefusedForm() async throws {
        try await TestService.with { service in
            let video = FormBody.Part.file("video", try await service.sample())
            _ = try await service.tinyModel()
            let kept = try service.keptFiles()
            let forms: [(Int, String, String, [FormBody.Part])] = [
                (422, "request.invalid", "model", [video]),
                (404, "model.not-found", "other", [video, .text("model", "other")]),
                (422, "request.invalid", "sample", [video, try .json("request", ["model": "tiny", "sample": 1])]),
                (
                    422, "request.invalid", "video",
                    [video, try .json("request", ["model": "tiny", "video": "vid_x"])]
                ),
                (
                    422, "request.invalid", "model",
                    [video, try .json("request", ["model": "tiny"]), .text("model", "moving-shapes-sides")]
                ),
                (400, "request.malformed", "JSON", [video, .text("request", "{")]),
                (400, "request.unknown-part", "file", [video, .text("model", "tiny"), .text("file", "x")]),
                (400, "request.repeated-part", "model", [video, .text("model", "tiny"), .text("model", "tiny")]),
                (413, "request.too-large", "256", [video, .text("model", String(repeating: "m", count: 257))]),
                (422, "video.not-a-video", "text", [.text("video", "a text"), .text("model", "tiny")]),
                (422, "request.invalid", "video", [.text("model", "tiny")]),
            ]
            for (status, code, names, parts) in forms {
                let answer = try await service.post("/v1/explanations", parts: parts)
                #expect(answer.status == status && answer.code == code, "\(answer.text)")
                #expect(answer.detail.contains(names), "\(answer.detail)")
                #expect(try service.keptFiles() == kept, "\(answer.text)")
            }
            #expect(try await service.get("/v1/videos").json == ["items": []])
            #expect(try await service.get("/v1/explanations").json == ["items": []])
        }
    }
}

extension JSON {
    func with(_ name: String, _ value: JSON) -> JSON {
        var document = self
        document[name] = value
        return document
    }
}
