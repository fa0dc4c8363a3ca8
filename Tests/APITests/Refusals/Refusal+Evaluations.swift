import Testing

extension Refusal {
    /// Requests for evaluations that nothing is queued for, and addresses where there is none.
    static let evaluations: [Refusal] =
        fields.map { code, tells, fields in
            Refusal(code, tells) { try await $0.service.post("/v1/evaluations", fields) }
        } + [
            Refusal("model.wrong-contract", "Moving Shapes") {
                try await $0.service.post("/v1/evaluations", ["model": .string($0.model)])
            },
            Refusal("request.malformed", "JSON") {
                try await $0.post("/v1/evaluations", type: "application/json", Array("{".utf8))
            },
            Refusal("request.unsupported-media-type", "application/json") {
                try await $0.post("/v1/evaluations", type: "text/plain", Array("{}".utf8))
            },
            Refusal("evaluation.not-found", "evl_x") { try await $0.service.get("/v1/evaluations/evl_x") },
            Refusal("evaluation.not-found", "evl_x") { try await $0.service.delete("/v1/evaluations/evl_x") },
        ]

    private static let fields: [(code: String, tells: String, fields: JSON)] = [
        ("request.invalid", "examples: expected", ["examples": 0]),
        ("request.invalid", "examples: expected", ["examples": 10_001]),
        ("request.invalid", "samples: expected", ["samples": 0]),
        ("request.invalid", "margin: expected", ["margin": 17]),
        ("request.invalid", "noise: expected", ["noise": -1]),
        ("request.invalid", "white_distractors: expected", ["white_distractors": 17]),
        ("request.invalid", "methods[0]: expected", ["methods": ["lime"]]),
        ("request.invalid", "examples: unknown field", ["quick": true, "examples": 3]),
        ("request.invalid", "quick: expected true", ["quick": false]),
        ("request.invalid", "samples: expected a value, not null", ["samples": .null]),
        ("request.invalid", "clips: unknown field", ["clips": 3]),
        ("model.not-found", "r2plus1d", ["model": "r2plus1d"]),
    ]
}
