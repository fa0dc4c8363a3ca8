import Checkpoints
import Foundation
import Models
import Tensors
import TestSupport
import Testing

/// Outputs and input gradients against PyTorch in double precision.
@Suite struct GoldenNetworkTests {
    struct GoldenManifest: Decodable {
        struct Case: Decodable, Sendable {
            let name, file, arch: String
            let num_classes, salt, output_index: Int
            let input_shape: [Int]
        }
        let cases: [Case]
        let parameters: [String: [Parameter]]
    }

    struct Parameter: Decodable {
        let name: String
        let shape: [Int]
        init(from decoder: any Decoder) throws {
            var row = try decoder.unkeyedContainer()
            name = try row.decode(String.self)
            shape = try row.decode([Int].self)
        }
    }

    static func manifest() throws -> GoldenManifest {
        try JSONDecoder().decode(GoldenManifest.self, from: Data(contentsOf: fixture("nets/manifest.json")))
    }

    @Test(
        "Published architectures equal PyTorch",
        arguments: [
            "r2plus1d_18_k400_8x32x32_s0", "r3d_18_k400_8x32x32_s0", "mc3_18_k400_8x32x32_s0", "r3d_18_k1_8x32x32_s0",
            "mc3_18_k1_8x32x32_s0", "r2plus1d_18_k1_16x56x56_s0", "r2plus1d_18_k400_16x56x56_s0",
            "r3d_18_k400_16x56x56_s0", "mc3_18_k400_16x56x56_s0",
        ])
    func published(_ name: String) throws {
        let goldens = try Self.manifest()
        let golden = try #require(goldens.cases.first { $0.name == name })
        let parameters = try #require(goldens.parameters["\(golden.arch)_k\(golden.num_classes)"])
        let shape = Array(golden.input_shape.dropFirst())
        let manifest = try ModelManifest(json: Data(Self.json(architecture: "\"\(golden.arch)\"", clip: shape).utf8))
        func gradient(_ file: Data, _ format: CheckpointFormat) throws -> NetworkGradient {
            let checkpoint = try Checkpoint.read(file, limits: CheckpointLimits())
            #expect(checkpoint.format == format)
            let network = try Network(manifest, checkpoint: checkpoint)
            #expect(network.outputs == golden.num_classes)
            return try network.gradient(
                of: .output(golden.output_index), at: FormulaValues.input(Shape(shape), salt: golden.salt),
                parallelism: Parallelism(threads: 2))
        }
        let list = parameters.map { ($0.name, $0.shape) }
        let result = try gradient(FormulaValues.checkpoint(list, salt: golden.salt), .safetensors)
        try compare(result, "nets/\(golden.file)", outputs: "logits", name: name, gradient: 1e-2)

        let other = try gradient(FormulaValues.torchArchive(list, salt: golden.salt), .torchZip)
        #expect(other.scores == result.scores)
        expectClose(other.gradient, result.gradient, relative: 0, absolute: 0)
    }

    /// Outputs within 1e-5 of the largest, as the manifests state.
    private func compare(
        _ result: NetworkGradient, _ file: String, outputs: String, name: String, gradient tolerance: Double
    ) throws {
        let expected = try golden(file)
        let scores = try #require(expected[outputs])
        expectClose(try Tensor(shape: scores.shape, values: result.scores), scores, relative: 1e-5, absolute: 0)
        let gradient = try #require(expected["input_grad"]).reshaped(to: result.gradient.shape)
        let error = relativeL2(result.gradient, gradient)
        #expect(error < tolerance)
        expectClose(result.gradient, gradient, relative: 0.05, absolute: 0)
        let worst = zip(result.scores, scores.values).map { abs($0 - $1) }.max() ?? 0
        let largest = scores.values.map(abs).max() ?? 1
        print("\(name): worst output error \(worst / largest) of the largest, gradient error \(error) (relative L2)")
    }

    struct Container: Sendable, CustomTestStringConvertible {
        let file: String
        /// What PyTorch answers with the parameters as this container rounds them.
        let expected: String
        let prefix: String?
        var testDescription: String { file }

        init(_ file: String, expected: String = "expected", prefix: String? = nil) {
            (self.file, self.expected, self.prefix) = (file, expected, prefix)
        }
    }

    @Test(
        "The small network from each of its checkpoints equals PyTorch",
        arguments: [
            Container("tiny.safetensors"), Container("tiny_module_prefix.safetensors", prefix: "module."),
            Container("tiny_state_dict.pt"), Container("tiny_state_dict_legacy.pt"),
            Container("tiny_parameters.pt"), Container("tiny_strided_views.pt"),
            Container("tiny_echonet.pt", prefix: "module."), Container("tiny_echonet.pt"),
            Container("tiny_echonet_plain.pt", prefix: "module."),
            Container("tiny_f64.pt"), Container("tiny_bf16.pt", expected: "tiny_bf16_expected"),
            Container("tiny_fp16_model_key.pt", expected: "tiny_fp16_model_key_expected"),
        ])
    func tiny(_ container: Container) throws {
        let input = try #require(golden("checkpoints/expected.safetensors")["input"])
        let architecture = #"{"family":"r2plus1d","channels":[6,8,12,16],"blocks":[1,1,1,1],"stem":5}"#
        let shape = Array(input.shape.extents.dropFirst())
        let json = Self.json(architecture: architecture, clip: shape, prefix: container.prefix)
        let network = try Network(
            ModelManifest(json: Data(json.utf8)),
            checkpoint: Checkpoint.open(fixture("checkpoints/\(container.file)"), limits: CheckpointLimits()))
        let result = try network.gradient(
            of: .output(2), at: input.reshaped(to: Shape(shape)), parallelism: .single)
        try compare(
            result, "checkpoints/\(container.expected).safetensors", outputs: "output", name: container.file,
            gradient: 1e-5)
    }

    static func json(architecture: String, clip: [Int], prefix: String? = nil) -> String {
        let strip = prefix.map { ", \"strip_prefix\": \"\($0)\"" } ?? ""
        return """
            {"name": "golden", "architecture": \(architecture), "task": "regression"\(strip),
             "input": {"frames": \(clip[1]), "height": \(clip[2]), "width": \(clip[3])}}
            """
    }
}
