import Foundation
import TestSupport
import Testing

extension Refusal {
    /// Manifests that describe no model, or none of this checkpoint.
    static let models = [
        misfit("model.name-taken", "tiny") { manifest, _ in manifest["licence"] = "CC0-1.0" },
        misfit("model.name-taken", "sides") { manifest, _ in manifest["name"] = "moving-shapes-sides" },
        misfit("model.invalid-manifest", "architecture.depth") { manifest, _ in
            manifest["architecture"]["depth"] = 18
        },
        misfit("model.invalid-manifest", "r2plus1d_34") { manifest, _ in manifest["architecture"] = "r2plus1d_34" },
        misfit("model.invalid-manifest", "input.frames") { manifest, _ in manifest["input"]["frames"] = 0 },
        misfit("model.invalid-manifest", "input.std") { manifest, _ in manifest["input"]["std"] = [1, 1] },
        misfit("model.invalid-manifest", "name: ") { manifest, _ in manifest["name"] = "a b" },
        misfit("model.wrong-outputs", "names 3") { manifest, _ in manifest["labels"] = ["a", "b", "c"] },
        misfit("checkpoint.missing-parameter", "layer2.1.conv1.0.0.weight") { manifest, _ in
            manifest["architecture"]["blocks"] = [1, 2, 1, 1]
        },
        misfit("checkpoint.missing-parameter", "fc.weight") { $1.rename("fc.weight", to: "head.weight") },
        misfit("checkpoint.missing-parameter", "strip_prefix") { $1.prefixAll("network.") },
        misfit("checkpoint.unexpected-parameter", "extra.bias") { $1.append("extra.bias", [0.5]) },
        misfit("checkpoint.wrong-shape", "fc.weight") { $1.reshape("fc.weight", [2, 32]) },
        misfit("checkpoint.wrong-shape", "stem.0.weight") { manifest, _ in manifest["architecture"]["stem"] = 7 },
        misfit("checkpoint.not-finite", "fc.bias") { $1.spoil("fc.bias") },
        Refusal("model.invalid-manifest", "no valid JSON") {
            let manifest = FormBody.Part.text("manifest", "{")
            return try await $0.service.post(
                "/v1/models", parts: [manifest, .file("checkpoint", TinyModel.checkpoint())])
        },
    ]

    /// Files that are no checkpoints.
    static let checkpoints: [Refusal] =
        hostile.sorted { $0.key < $1.key }.map { name, code in
            checkpoint(code, "") { Array(try Data(contentsOf: fixture("checkpoints/hostile/\(name)"))) }
        } + [
            checkpoint("checkpoint.unknown-format", "is empty") { [] },
            checkpoint("checkpoint.unknown-format", "safetensors") { Array("PK".utf8) },
            checkpoint("checkpoint.torchscript", "ONNX") {
                Array(try Data(contentsOf: fixture("checkpoints/tiny_traced.pt")))
            },
            checkpoint("checkpoint.pickled-module", "state_dict") {
                Array(try Data(contentsOf: fixture("checkpoints/tiny_whole_module.pt")))
            },
            checkpoint("checkpoint.onnx", "state_dict") {
                Array(try Data(contentsOf: fixture("checkpoints/tiny.onnx")))
            },
            checkpoint("checkpoint.no-state-dictionary", "state_dict") {
                var list = PickleWriter()
                list.codes("].")
                return Array(TorchFile([]).legacy(pickle: list.bytes))
            },
            checkpoint("checkpoint.too-many-tensors", "100000") {
                var header: [String: JSON] = [:]
                for index in 0...100_000 {
                    header["\(index)"] = ["dtype": "F32", "shape": [0], "data_offsets": [0, 0]]
                }
                return try CheckpointFile(header: .object(header), tail: []).bytes
            },
        ]

    /// The file of a fixture, and what is wrong with it.
    private static let hostile = [
        "bomb_deflate.pt": "checkpoint.bad-entry", "bomb_header_size.pt": "checkpoint.bad-entry",
        "build_setstate.pt": "checkpoint.forbidden-pickle", "builtins_eval.pt": "checkpoint.forbidden-pickle",
        "cd_offset_oob.pt": "checkpoint.malformed", "deep_nest.pt": "checkpoint.pickle-too-large",
        "empty.pt": "checkpoint.unknown-format", "just_pk.pt": "checkpoint.malformed",
        "missing_storage.pt": "checkpoint.bad-tensor", "negative_offset.pt": "checkpoint.bad-tensor",
        "negative_stride.pt": "checkpoint.bad-tensor", "numel_lie.pt": "checkpoint.bad-tensor",
        "offset_oob.pt": "checkpoint.bad-tensor", "os_system_zip.pt": "checkpoint.forbidden-pickle",
        "st_bad_dtype.safetensors": "checkpoint.unsupported-type", "st_hole.safetensors": "checkpoint.bad-tensor",
        "st_not_json.safetensors": "checkpoint.malformed", "st_overflow_shape.safetensors": "checkpoint.bad-tensor",
        "stack_global.pt": "checkpoint.forbidden-pickle", "truncated_half.pt": "checkpoint.malformed",
        "zero_stride_expand.pt": "checkpoint.bad-tensor",
    ]

    private static func misfit(
        _ code: String, _ tells: String, change: @escaping @Sendable (inout JSON, inout CheckpointFile) throws -> Void
    ) -> Refusal {
        Refusal(code, tells) {
            var (manifest, checkpoint) = (TinyModel.manifest, try CheckpointFile(TinyModel.checkpoint()))
            // Another model than the one that is there, unless the change is about that.
            if code != "model.name-taken" { manifest["name"] = "other" }
            try change(&manifest, &checkpoint)
            return try await $0.service.post(
                "/v1/models", parts: [.file("checkpoint", checkpoint.bytes), .json("manifest", manifest)])
        }
    }

    private static func checkpoint(
        _ code: String, _ tells: String, file: @escaping @Sendable () throws -> [UInt8]
    ) -> Refusal {
        Refusal(code, tells) {
            let manifest = TinyModel.manifest.with("name", "other")
            return try await $0.service.post(
                "/v1/models", parts: [.json("manifest", manifest), .file("checkpoint", file())])
        }
    }
}
