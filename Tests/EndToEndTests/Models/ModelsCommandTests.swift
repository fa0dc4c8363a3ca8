import Foundation
import Models
import TestSupport
import Testing

/// `cinegrad models`, beside a running service and without one.
struct ModelsCommandTests {
    private let directory: TemporaryDirectory
    private let manifest: URL

    init() throws {
        directory = try TemporaryDirectory()
        manifest = directory.url.appending(path: "tiny.json")
        try Data(
            """
            {"name": "tiny", "architecture": {"family": "r2plus1d", "channels": [6, 8, 12, 16], "blocks": [1, 1, 1, 1], "stem": 5},
             "task": "classification", "labels": ["circle", "square", "star", "none"],
             "input": {"frames": 8, "height": 32, "width": 40}}
            """.utf8
        ).write(to: manifest)
    }

    private static let checkpoint = fixture("checkpoints/tiny_echonet.pt").path

    private func models(
        _ arguments: String..., expecting status: Int32 = 0, at location: SourceLocation = #_sourceLocation
    ) async throws -> (output: String, errors: String) {
        let data = directory.url.appending(path: "data").path
        let (ending, output, errors) = try await BuiltBinary.end(
            ["models"] + arguments, environment: ["CINEGRAD_DATA_DIRECTORY": data], in: directory)
        #expect(ending == .exit(status), "\(output)\(errors)", sourceLocation: location)
        return (output, errors)
    }

    @Test func theServiceSeesWhatTheCommandDoes() async throws {
        let service = try await ServiceProcess.start(in: directory, environment: [:])
        let added = try await models("add", manifest.path, Self.checkpoint).output
        let model = try await service.document("/v1/models/tiny", as: ModelBody.self)
        #expect(added.hasPrefix("added tiny (\(model.id))\n  sha-256: \(model.sha256)\n  outputs: 4\n"))
        #expect(try await models("add", manifest.path, Self.checkpoint).output.hasPrefix("there already: tiny"))
        let list = try await models("list").output
        #expect(list.split(separator: "\n").count == 4 && list.contains(model.id))
        #expect(list.contains("moving-shapes-angle") && list.contains("24023"))

        let video = try await service.videoID(of: RealClip.shared.value.url)
        let explanation = try await service.explain(video, #""method":"gradient","checks":[],"model":"tiny""#)
        #expect(explanation.prediction?.scores.count == 4)

        #expect(try await models("remove", "tiny").output == "removed tiny\n")
        try await service.get("/v1/models/tiny", accept: "application/json", expecting: 404)
        #expect(try await models("remove", "tiny", expecting: 1).errors.contains("there is no model tiny"))
        #expect(
            try await models("remove", "moving-shapes-sides", expecting: 1).errors.contains("is built in and stays"))
        #expect(await service.stop() == .exit(0))
        // The same without a service.
        #expect(try await models("add", manifest.path, Self.checkpoint).output.hasPrefix("added tiny"))
    }

    @Test func whatIsRefusedLeavesNothingBehind() async throws {
        let wrong = directory.url.appending(path: "wrong.json")
        try Data(
            String(contentsOf: manifest, encoding: .utf8).replacing("\"none\"", with: "\"none\", \"fifth\"").utf8
        ).write(to: wrong)
        #expect(
            try await models("add", wrong.path, Self.checkpoint, expecting: 1).errors
                == "Error: the network has 4 outputs, the manifest names 5\n")
        let hostile = fixture("checkpoints/hostile/builtins_eval.pt").path
        #expect(try await models("add", manifest.path, hostile, expecting: 1).errors.contains("__builtin__.eval"))
        let content = directory.url.appending(path: "data/content")
        let left = try FileManager.default.subpathsOfDirectory(atPath: content.path).filter { $0.count > 2 }
        #expect(left.isEmpty)
    }

    @Test func anyFileIsExplained() async throws {
        let known = try await models("inspect", Self.checkpoint).output
        #expect(known.contains("format: PyTorch zip archive\n") && known.contains("\nprefix of the names: module.\n"))
        #expect(known.contains("architecture: r2plus1d(channels 6,8,12,16; blocks 1,1,1,1; stem 5), 4 outputs\n"))
        #expect(known.contains("more; --all lists them") && known.contains("\"strip_prefix\": \"module.\""))
        let all = try await models("inspect", Self.checkpoint, "--all", "--manifest", manifest.path).output
        #expect(all.split(separator: "\n").count > 128 && all.contains("  parameters: 24023 (F32)\n"))

        struct Document: Decodable {
            struct Tensor: Decodable { let name: String, shape: [Int], type: String }
            struct Model: Decodable { let outputs: Int, parameters: Int }
            let tensors: [Tensor]
            let model: Model?
        }
        let json = try await models("inspect", Self.checkpoint, "--json", "--manifest", manifest.path).output
        let document = try JSONDecoder().decode(Document.self, from: Data(json.utf8))
        #expect(document.tensors.count == 128 && document.tensors[0].shape == [5, 3, 1, 7, 7])
        #expect(document.tensors[0].name == "module.stem.0.weight" && document.tensors[0].type == "F32")
        #expect(document.model?.outputs == 4 && document.model?.parameters == 24_023)
    }

    @Test(arguments: [
        ("checkpoints/hostile/builtins_eval.pt", "refused (checkpoint.forbidden-pickle)"),
        ("checkpoints/hostile/st_overlap.safetensors", "refused (checkpoint.bad-tensor)"),
        ("checkpoints/hostile/empty.pt", "refused (checkpoint.unknown-format): the file is empty"),
        ("checkpoints/tiny_whole_module.pt", "refused (checkpoint.pickled-module)"),
        ("checkpoints/tiny_traced.pt", "refused (checkpoint.torchscript)"),
    ])
    func aFileThatIsRefusedSaysWhy(_ file: String, _ reason: String) async throws {
        let (output, errors) = try await models("inspect", fixture(file).path, expecting: 1)
        #expect(output.contains(reason) && output.contains("sha-256: ") && errors.isEmpty)
    }

    @Test func aGraphIsTriedWithAClip() async throws {
        let known = try await models("inspect", fixture("onnx/networks/x3d_dynamo.onnx").path).output
        for line in [
            "graph: 55 nodes, version 18 of the standard operators, written by pytorch",
            "input: clip [1, 3, 4, 32, 32]\n",
            "operators: 21 Conv, 13 Relu, 6 Mul, 6 Sigmoid, 4 Add, 3 ReduceMean, 2 Gemm\n",
            "dry run with 4 frames of 32×32: output of shape [1, 5]\n",
            "  operators: 5 add, 3 affine, 21 convolution, ",
            "GFLOP forward, ", "MB for a gradient with ", #""layout": "NCTHW", "channels": "RGB""#,
        ] { #expect(known.contains(line), "\(line)") }
        let open = try await models("inspect", fixture("onnx/tutorial/snippet_2.onnx").path).output
        #expect(open.contains("input: x [1, 3, any, 64, 64]\n") && open.contains("dry run with 32 frames of 64×64"))

        let mismatch = try await models("inspect", fixture("onnx/refused/conv_channels.onnx").path, expecting: 1).output
        #expect(
            mismatch.contains("dry run with 4 frames of 8×8: refused (model.invalid-graph): node 0 (Conv \"stem\")"))
        let image = try await models("inspect", fixture("onnx/refused/bomb_operations.onnx").path, expecting: 1).output
        #expect(image.contains("no dry run: [1, 1, 16384, 16384] is no batch of one clip"))

        struct Document: Decodable {
            struct Graph: Decodable { let opset: Int, operators: [String: Int] }
            struct Fit: Decodable { let outputShape: [Int], triedClip: [Int] }
            let graph: Graph
            let fit: Fit
        }
        let json = try await models("inspect", fixture("onnx/networks/unet3d_script.onnx").path, "--json").output
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let document = try decoder.decode(Document.self, from: Data(json.utf8))
        #expect(document.graph.opset == 17 && document.graph.operators["ConvTranspose"] == 2)
        #expect(document.fit.outputShape == [1, 2, 4, 16, 16] && document.fit.triedClip == [3, 4, 16, 16])
    }

    @Test func aManifestIsNoModelOfAnotherCheckpoint() async throws {
        let echonet = ProjectFile.url("Config/models/echonet-dynamic-ef.json").path
        let (output, _) = try await models("inspect", Self.checkpoint, "--manifest", echonet, expecting: 1)
        #expect(
            output.contains("no model with the manifest (checkpoint.wrong-shape)")
                || output.contains("(model.wrong-outputs)"))
        let swapped = try await models("inspect", manifest.path, expecting: 1).output
        #expect(swapped.contains("this is a manifest") && swapped.contains("--manifest and this file"))
    }
}
