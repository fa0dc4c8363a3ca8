import Autodiff
import Checkpoints
import Foundation
import Models
import ONNX
import Tensors
import TestSupport
import Testing

/// ONNX models behind a manifest: order of axes, value range, length of clips, output of any shape, and random weights.
@Suite struct GraphNetworkTests {
    private static func file(_ name: String) throws -> ModelFile {
        try ModelFile.open(fixture("onnx/\(name).onnx"), external: nil, limits: CheckpointLimits())
    }

    private static func network(_ name: String, _ input: String) throws -> Network {
        let manifest = #"{"name": "a", "architecture": "onnx", "task": "regression", "input": {\#(input)}}"#
        return try Network(ModelManifest(json: Data(manifest.utf8)), file: file(name))
    }

    /// The shape of the file `open.safetensors`.
    private static let open = #""frames": 6, "height": 16, "width": 20"#

    private static func error(_ a: Tensor, _ b: Tensor) -> Double { relativeL2(a, b) }

    @Test(
        "The same network in three orders of axes gives the same scores and gradients",
        arguments: [
            "NCTHW", "NTCHW", "NTHWC",
        ])
    func layouts(_ layout: String) throws {
        let network = try Self.network(
            "networks/\(layout.lowercased())_open", #"\#(Self.open), "layout": "\#(layout)""#)
        let expected = try TestSupport.golden("onnx/networks/open.safetensors")
        let clip = try Self.clip(expected)
        #expect(network.outputShape == [1, 4])
        let result = try network.gradient(of: .output(1), at: clip, parallelism: .single)
        let scores = try Tensor(shape: [1, 4], values: result.scores)
        #expect(Self.error(scores, try #require(expected["output"])) < 1e-6)
        let gradient = try Tensor(shape: Shape([1] + result.gradient.shape.extents), values: result.gradient.values)
        #expect(Self.error(gradient, try #require(expected["gradient"])) < 1e-6)
    }

    private static func clip(_ expected: [String: Tensor]) throws -> Tensor {
        let input = try #require(expected["input"])
        return try Tensor(shape: Shape(Array(input.shape.extents.dropFirst())), values: input.values)
    }

    @Test("Range, mean and std are the network's first layer: the gradient is by intensity")
    func range() throws {
        let plain = try Self.network("networks/ncthw_open", Self.open)
        let scaled = try Self.network(
            "networks/ncthw_open",
            #"\#(Self.open), "range": [0, 255], "mean": [10, 20, 30], "std": [51, 85, 255]"#)
        let clip = try Self.clip(TestSupport.golden("onnx/networks/open.safetensors"))
        // What the scaled network makes of an intensity: factors 5, 3 and 1.
        let (factors, means): ([Float], [Float]) = ([5, 3, 1], [10 / 51, 20 / 85, 30 / 255])
        let plane = clip.count / 3
        let moved = try Tensor(
            shape: clip.shape,
            values: clip.values.enumerated().map { ($1 + means[$0 / plane]) / factors[$0 / plane] })
        let expected = try plain.gradient(of: .output(2), at: clip, parallelism: .single)
        let found = try scaled.gradient(of: .output(2), at: moved, parallelism: .single)
        #expect(abs(found.value - expected.value) < 1e-5 * abs(expected.value))
        let gradient = try Tensor(
            shape: clip.shape,
            values: expected.gradient.values.enumerated().map { $1 * factors[$0 / plane] })
        #expect(Self.error(found.gradient, gradient) < 1e-5)
    }

    @Test("A network of one channel takes luma, and none of three")
    func channels() throws {
        let input = #""frames": 2, "height": 4, "width": 4, "range": [0, 255], "mean": [51], "std": [5.1]"#
        let network = try Self.network("corpus/one_channel", #"\#(input), "channels": "Y""#)
        #expect(network.clipShape == [1, 2, 4, 4])
        let clip = Tensor(shape: [1, 2, 4, 4], repeating: 0.5)
        let result = try network.gradient(of: .output(0), at: clip, parallelism: .single)
        // 32 weights of 0.1, at (127.5 - 51) / 5.1; by intensity each counts 255 / 5.1 times.
        #expect(abs(result.value - 48) < 1e-4)
        #expect(result.gradient.shape == [1, 2, 4, 4] && result.gradient.values.allSatisfy { abs($0 - 5) < 1e-5 })
        for channels in ["RGB", "BGR"] {
            let error = #expect(throws: ModelError.self) {
                try Self.network(
                    "corpus/one_channel", #""frames": 2, "height": 4, "width": 4, "channels": "\#(channels)""#)
            }
            #expect(error?.description.contains("takes the shape [1, 1, 2, 4, 4]") == true)
        }
    }

    @Test("An open axis takes clips of any length, a fixed one its own alone")
    func lengths() throws {
        let network = try Self.network("networks/ntchw_open", #"\#(Self.open), "layout": "NTCHW""#)
        let longer = try network.taking(frames: 9)
        #expect(longer.clipShape == [3, 9, 16, 20] && longer.outputShape == [1, 4])
        let clip = Tensor(shape: longer.clipShape, repeating: 0.5)
        let scores = try longer.scores(of: clip, parallelism: .single)
        #expect(scores.allSatisfy(\.isFinite) && Set(scores).count == 4)
        #expect(try longer.taking(frames: 6).clipShape == network.clipShape)
        let fixed = try Self.network("r2plus1d_block", #""frames": 8, "height": 32, "width": 32"#)
        let error = #expect(throws: ModelError.self) { try fixed.taking(frames: 9) }
        #expect(error?.code == "model.unusable-input" && error?.description.contains("[1, 3, 8, 32, 32]") == true)
    }

    @Test("An output of many axes is explained by any of its elements")
    func map() throws {
        let network = try Self.network("networks/unet3d_dynamo", #""frames": 4, "height": 16, "width": 16"#)
        #expect(network.outputShape == [1, 2, 4, 16, 16] && network.outputs == 2048)
        let clip = FormulaClip.noise(network.clipShape)
        let scores = try network.scores(of: clip, parallelism: .single)
        let target = try ResolvedTarget(
            .element([1, 2, 3, 4]), manifest: network.manifest, scores: scores, shape: network.outputShape)
        #expect(target == .output(1024 + 2 * 256 + 3 * 16 + 4))
        let result = try network.gradient(of: target, at: clip, parallelism: .single)
        #expect(result.value == Double(scores[1588]))
        #expect(result.gradient.shape == network.clipShape && result.gradient.values.contains { $0 != 0 })
    }

    @Test("A manifest and a checkpoint of different kinds are refused with the way out")
    func kinds() throws {
        let parameters = try ModelFile.open(
            fixture("checkpoints/tiny.safetensors"), external: nil, limits: CheckpointLimits())
        let manifest = try ModelManifest(
            json: Data(
                #"{"name": "a", "architecture": "onnx", "task": "regression", "input": {"frames": 8, "height": 32, "width": 32}}"#
                    .utf8))
        #expect(throws: ModelError.notONNX(found: .safetensors)) { try Network(manifest, file: parameters) }
        let named = try BundledModel.sides.load().manifest
        #expect(throws: CheckpointError.onnx) { try Network(named, file: Self.file("r2plus1d_block")) }
        let error = #expect(throws: ModelError.self) {
            try Self.network("r2plus1d_block", #""frames": 8, "height": 30, "width": 32"#)
        }
        #expect(error?.code == "model.unusable-input" && error?.description.contains("[1, 3, 8, 30, 32]") == true)
        #expect(
            throws: ModelError.invalidManifest(
                DocumentError(path: "input.layout", reason: "expected NCTHW, NTCHW or NTHWC"))
        ) {
            try Self.network("r2plus1d_block", #""frames": 8, "height": 32, "width": 32, "layout": "NHWC""#)
        }
    }

    @Test(
        "Random weights change every layer or the last alone, repeatably, and keep the network finite",
        arguments: [
            "networks/vit_tubelet_script", "networks/swin3d_t_dynamo", "networks/x3d_script",
            "networks/mvit_v2_s_dynamo",
            "networks/cnn_gru_dynamo",
        ])
    func randomised(_ name: String) throws {
        let graph = try {
            guard case .graph(let graph) = try Self.file(name) else { throw CheckpointError.onnx }
            return graph
        }()
        let weights = graph.weights
        #expect(weights.filter(\.isProduct).count >= 5 && Set(weights.map(\.name)).count == weights.count)
        let shape = try #require(graph.inputs[0].extents).map { $0 ?? 1 }
        let isFrames = shape[2] == 3
        let network = try Self.network(
            name,
            #""frames": \#(isFrames ? shape[1] : shape[2]), "height": \#(shape[3]), "width": \#(shape[4]), "layout": "\#(isFrames ? "NTCHW" : "NCTHW")""#
        )
        let clip = FormulaClip.noise(network.clipShape)
        func gradient(_ network: Network) throws -> NetworkGradient {
            try network.gradient(of: .output(1), at: clip, parallelism: .single)
        }
        let trained = try gradient(network)
        let all = try gradient(network.randomised(.allWeights, seed: 1))
        let last = try gradient(network.randomised(.logits, seed: 1))
        for random in [all, last] {
            #expect(random.scores != trained.scores && random.scores.allSatisfy(\.isFinite))
            #expect(random.gradient.values.contains { $0 != 0 } && random.gradient.values.allSatisfy(\.isFinite))
        }
        #expect(try gradient(network.randomised(.allWeights, seed: 1)).gradient.values == all.gradient.values)
        #expect(try gradient(network.randomised(.allWeights, seed: 2)).scores != all.scores)
        #expect(abs(Self.correlation(trained.gradient, all.gradient)) < 0.3)
        // The last layer's bias stays, all layers before it too: of two outputs the difference in what they see is what changes.
        #expect(last.gradient.values != all.gradient.values)
    }

    private static func correlation(_ a: Tensor, _ b: Tensor) -> Double {
        func dot(_ a: Tensor, _ b: Tensor) -> Double {
            zip(a.values, b.values).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        }
        return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
    }
}
