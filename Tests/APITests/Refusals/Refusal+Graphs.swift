import Foundation
import TestSupport
import Testing

extension Refusal {
    /// ONNX models that cannot be used, or do not go with their manifest.
    static let graphs: [Refusal] =
        hostile.sorted { $0.key < $1.key }.map { name, expected in
            graph(expected.code, expected.tells, clip: expected.clip) {
                Array(try Data(contentsOf: fixture("onnx/hostile/\(name).onnx")))
            }
        } + [
            graph("checkpoint.not-onnx", "safetensors", clip: [4, 8, 8]) { try TinyModel.checkpoint() },
            graph("model.unusable-input", "[1, 3, 8, 32, 32]", clip: [8, 32, 30]) {
                Array(try Data(contentsOf: fixture("onnx/r2plus1d_block.onnx")))
            },
            graph("checkpoint.external-data", "external_data=False", clip: [4, 8, 8]) {
                Array(try Data(contentsOf: fixture("onnx/networks/external.onnx")))
            },
            graph("model.unsupported-operator", "Bernoulli at node 0 (Bernoulli \"chance\")", clip: [4, 8, 8]) {
                Array(try Data(contentsOf: fixture("onnx/networks/unsupported.onnx")))
            },
            graph("model.unusable-input", "a second one, mask", clip: [4, 8, 8]) {
                Array(try Data(contentsOf: fixture("onnx/networks/second_input.onnx")))
            },
        ]

    private struct Expected {
        let code, tells: String
        var clip = [4, 8, 8]
    }

    /// The file of a fixture, and what is wrong with it.
    private static let hostile = [
        // They do not even begin as a model does.
        "onnx_varint": Expected(code: "checkpoint.unknown-format", tells: "none that is known"),
        "onnx_len_lie": Expected(code: "checkpoint.unknown-format", tells: "none that is known"),
        "onnx_future_opset": Expected(code: "model.unsupported-operator", tells: "version 999"),
        "onnx_huge_dim": Expected(code: "checkpoint.bad-tensor", tells: "weight w"),
        "onnx_negative_dim": Expected(code: "checkpoint.bad-tensor", tells: "negative extent"),
        "onnx_cycle": Expected(code: "model.invalid-graph", tells: "depends on its own result"),
        "onnx_duplicate_output": Expected(code: "model.invalid-graph", tells: "exists already"),
        "onnx_undefined_input": Expected(code: "model.invalid-graph", tells: "nowhere"),
        "onnx_kernel_mismatch": Expected(code: "model.invalid-graph", tells: "kernel_shape"),
        "onnx_zero_stride": Expected(code: "model.invalid-graph", tells: "strides"),
        "onnx_expand_bomb": Expected(code: "model.graph-too-large", tells: "Expand", clip: [4, 8, 1]),
    ]

    private static func graph(
        _ code: String, _ tells: String, clip: [Int], file: @escaping @Sendable () throws -> [UInt8]
    ) -> Refusal {
        Refusal(code, tells) {
            let manifest: JSON = [
                "name": "other", "architecture": "onnx", "task": "regression",
                "input": [
                    "frames": .number(Double(clip[0])), "height": .number(Double(clip[1])),
                    "width": .number(Double(clip[2])),
                ],
            ]
            return try await $0.service.post(
                "/v1/models", parts: [.file("checkpoint", file()), .json("manifest", manifest)])
        }
    }
}
