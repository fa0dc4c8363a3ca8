import Testing

extension Refusal {
    /// Requests for explanations that nothing is queued for.
    static let explanations: [Refusal] =
        fields.map { code, tells, fields in Refusal(code, tells) { try await $0.explain(fields) } }
        + texts.map { text in
            Refusal("request.malformed", "JSON") {
                try await $0.post("/v1/explanations", type: "application/json; charset=utf-8", Array(text.utf8))
            }
        }
        + submissions.map { code, tells, parts in
            Refusal(code, tells) {
                try await $0.service.post(
                    "/v1/explanations", parts: [.file("video", $0.service.sample())] + parts($0))
            }
        } + [
            Refusal("request.invalid", "video") { try await $0.service.post("/v1/explanations", ["model": "tiny"]) },
            Refusal("request.invalid", "object") { try await $0.service.post("/v1/explanations", ["video", "model"]) },
            Refusal("request.invalid", "video") {
                try await $0.service.post("/v1/explanations", parts: [.text("model", "tiny")])
            },
            Refusal("request.idempotency-conflict", "new key") {
                try await $0.service.post("/v1/explanations", $0.request(["seed": 2]), key: Scene.key)
            },
        ]

    /// Code, what the text tells, and fields of a request.
    private static let fields: [(code: String, tells: String, fields: JSON)] = [
        ("request.invalid", "give the id or name of a model", ["model": .null]),
        ("request.invalid", "model: no id", ["model": .string(String(repeating: "m", count: 257))]),
        ("video.not-found", "vid_x", ["video": "vid_x"]),
        ("model.not-found", "GET /v1/models", ["model": "r2plus1d"]),
        ("target.unknown-output", "0 to 3", ["target": ["output": 4]]),
        ("target.unknown-output", "-1", ["target": ["output": -1]]),
        ("target.unknown-output", "4", ["target": ["difference": [0, 4]]]),
        ("target.unknown-output", "9", ["target": ["atan2": [9, 0]]]),
        ("target.unknown-layer", "layer4", ["method": "gradcam", "layer": "layer5"]),
        ("request.invalid", "layer: ", ["method": "gradcam", "layer": 4]),
        ("request.invalid", "layer: only the method gradcam", ["layer": "layer4"]),
        ("request.invalid", "it takes pixels", ["method": "gradcam", "space": "decomposition"]),
        ("target.unknown-label", "circle", ["target": ["label": "oval"]]),
        ("video.too-short", "it has 32", ["clip": ["period": 5]]),
        ("video.too-short", "it has 32", ["clip": ["start": 25]]),
        ("video.too-short", "32", ["clip": ["start": 32, "padding": "black"]]),
        ("clip.no-motion", "1 frame", ["clip": ["frames": 1], "space": "decomposition"]),
        ("request.invalid", "target: expected", ["target": "highest"]),
        ("request.invalid", "dry_run: expected", ["dry_run": "yes"]),
        (
            "explanation.too-much-memory", "536870912 are allowed",
            ["clip": ["frames": 4096, "padding": "black"], "space": "decomposition"]
        ),
        ("request.invalid", "clip.frames: expected", ["clip": ["frames": 0]]),
        ("request.invalid", "clip.size: unknown field", ["clip": ["size": 1]]),
        ("request.invalid", "windows.stride: expected a whole number from 1 to 8", ["windows": ["stride": 9]]),
        ("request.invalid", "windows.stride: expected a whole number from 1 to 8", ["windows": ["stride": 0]]),
        ("request.invalid", "windows.overlap: expected a whole number from 0 to 7", ["windows": ["overlap": 8]]),
        ("request.invalid", "windows.count: expected a whole number from 1 to 1000", ["windows": ["count": 0]]),
        ("request.invalid", "windows.step: unknown field", ["windows": ["step": 2]]),
        ("video.too-short", "it has 32", ["windows": [:], "clip": ["frames": 33]]),
        (
            "request.invalid", "windows.count: how many windows there are depends on the video",
            ["windows": [:], "dry_run": true, "video": .null]
        ),
        ("request.invalid", "samples: expected", ["samples": 0]),
        ("request.invalid", "samples: expected", ["samples": "many"]),
        ("request.invalid", "method: lime", ["method": "lime"]),
        ("request.invalid", "checks[1]: expected", ["checks": ["randomisation", "vibes"]]),
        ("request.invalid", "noise.flow: ", ["noise": ["flow": -0.1]]),
        ("request.invalid", "noise: a level is a part of the range of values, from 0 to 10", ["noise": -0.1]),
        ("request.invalid", "noise: expected a level, such as 0.02, or", ["noise": "loud"]),
        ("request.invalid", "samples: expected a whole number from 1 to 10000", ["samples": 1_000_000]),
        ("request.invalid", "farneback, dis, zero", ["flow": "raft"]),
        ("request.invalid", "pixels, decomposition", ["space": "fourier"]),
        ("request.invalid", "seed: expected a whole number from 0 to", ["seed": 1e30]),
        ("request.invalid", "tolerance: expected", ["tolerance": 0]),
        ("request.invalid", "flow.farneback: ", ["flow": ["farneback": ["levels": 0]]]),
        ("request.invalid", "vectors.count: expected", ["vectors": ["count": -1]]),
        ("request.invalid", "seed: expected", ["seed": -1]),
        ("request.invalid", "colour: unknown field", ["colour": "red"]),
    ]

    private static let texts = ["", "{", "nonsense", "{\"video\": 'x'}", String(repeating: "[", count: 500_000)]

    /// Code, what the text tells, and what comes along with a video.
    private static let submissions:
        [(code: String, tells: String, parts: @Sendable (Scene) throws -> [FormBody.Part])] = [
            ("request.invalid", "give the id or name of a model", { _ in [] }),
            ("model.not-found", "other", { _ in [.text("model", "other")] }),
            ("request.invalid", "model: no id", { _ in [.text("model", String(repeating: "m", count: 257))] }),
            (
                "request.invalid", "sample: unknown field",
                { _ in [try .json("request", ["model": "tiny", "sample": 1])] }
            ),
            ("request.invalid", "video: the video is a part", { [try .json("request", $0.request([:]))] }),
            (
                "request.invalid", "model: the model is a part",
                { _ in [try .json("request", ["model": "tiny"]), .text("model", "moving-shapes-sides")] }
            ),
            (
                "request.invalid", "flow: the flow is a part",
                { _ in [try .json("request", ["model": "tiny", "flow": "dis"]), .file("flow", flow([2, 7, 32, 40]))] }
            ),
            ("request.malformed", "JSON", { _ in [.text("request", "{")] }),
            (
                "flow.unusable", "[2, 7, 32, 40]",
                { _ in [.text("model", "tiny"), .file("flow", flow([2, 8, 32, 40]))] }
            ),
            ("flow.unusable", "numpy.save", { _ in [.text("model", "tiny"), .file("flow", Array("none".utf8))] }),
            (
                "flow.unusable", "not finite",
                { _ in
                    [.text("model", "tiny"), .file("flow", ArrayFile.floats([2, 7, 32, 40]) { _ in .infinity })]
                }
            ),
        ]

    private static func flow(_ shape: [Int]) -> [UInt8] { ArrayFile.floats(shape) { _ in 0 } }
}
