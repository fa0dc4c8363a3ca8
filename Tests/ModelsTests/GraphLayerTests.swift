import Checkpoints
import Foundation
import Models
import Tensors
import TestSupport
import Testing

/// Which values of ONNX graphs can be shown over the clip, and what is given of them.
@Suite struct GraphLayerTests {
    private static func network(_ name: String, _ input: String) throws -> Network {
        let manifest = #"{"name": "a", "architecture": "onnx", "task": "regression", "input": {\#(input)}}"#
        return try Network(
            ModelManifest(json: Data(manifest.utf8)),
            file: ModelFile.open(fixture("onnx/\(name).onnx"), external: nil, limits: CheckpointLimits()))
    }

    private static let square = #""frames": 8, "height": 32, "width": 32"#

    @Test(
        "Layers are values with channels and places: no gates of one position, no tokens")
    func names() throws {
        let gated = try Self.network("x3d_se_hardswish", Self.square)
        #expect(gated.layerNames.contains("/act/HardSwish_output_0"))
        #expect(gated.layerNames.contains("/blocks/blocks.1/Add_output_0"))
        #expect(gated.layerNames.contains("/blocks/blocks.0/se/Mul_output_0"))
        for gate in ["se/GlobalAveragePool_output_0", "se/a/Conv_output_0", "se/Sigmoid_output_0"] {
            #expect(!gated.layerNames.contains("/blocks/blocks.0/\(gate)"))
        }
        #expect(try gated.layerName(nil) == "/blocks/blocks.2/p/p.0/Conv_output_0")
        // A transformer has its tubelets and nothing behind them: tokens do not say where they lie.
        let transformer = try Self.network("vivit_tubelet", Self.square)
        #expect(transformer.layerNames == ["/emb/Conv_output_0"])
        #expect(throws: ModelError.unknownLayer("/Add_output_0", known: ["/emb/Conv_output_0"])) {
            try transformer.layerName("/Add_output_0")
        }
    }

    @Test("A network that takes frames one by one has layers with as many frames as the clip")
    func frames() throws {
        let network = try Self.network("frame_cnn_mean", #""frames": 8, "height": 32, "width": 40"#)
        #expect(
            network.layerNames == [
                "/s/s.0/Conv_output_0", "/s/s.2/Relu_output_0", "/s/s.3/MaxPool_output_0", "/a/a.0/Conv_output_0",
                "/a/a.2/Relu_output_0", "/a/a.3/Conv_output_0", "/Add_output_0", "/Relu_output_0",
                "/b/b.0/Conv_output_0", "/b/b.2/Clip_output_0",
            ])
        let layer = "/Relu_output_0"
        let clip = FormulaClip.noise(network.clipShape)
        func at(_ clip: Tensor) throws -> NetworkLayerGradient {
            try network.gradient(of: .output(0), layer: layer, at: clip, parallelism: .single)
        }
        let result = try at(clip)
        #expect(result.activation.shape == result.gradient.shape && result.activation.shape[1] == 8)
        for (score, expected) in zip(result.scores, try network.scores(of: clip, parallelism: .single)) {
            #expect(abs(score - expected) < 1e-5 * abs(expected))
        }
        // Another frame 5 gives another activation there and nowhere else.
        let (area, frames) = (32 * 40, 8)
        let changed = try Tensor(
            shape: clip.shape,
            values: clip.values.enumerated().map { $0 / area % frames == 5 ? 1 - $1 : $1 })
        let other = try at(changed).activation
        let plane = other.shape[2] * other.shape[3]
        let differing = Set(
            zip(other.values, result.activation.values).enumerated().filter { $1.0 != $1.1 }.map {
                $0.offset / plane % frames
            })
        #expect(differing == [5])
    }

    @Test(
        "The derivative by an activation foretells how the score changes through it",
        arguments: [
            ("frame_cnn_mean", #""frames": 8, "height": 32, "width": 40"#, "/s/s.3/MaxPool_output_0"),
            ("cnn_lstm", square, nil), ("vivit_tubelet", square, nil),
            ("x3d_silu_dynamo18", #""frames": 6, "height": 32, "width": 32"#, nil),
        ] as [(String, String, String?)])
    func gradient(_ name: String, _ input: String, _ layer: String?) throws {
        let network = try Self.network(name, input)
        let clip = FormulaClip.noise(network.clipShape)
        // Uphill the score changes most, and kinks of the ReLUs matter least.
        let slope = try network.gradient(of: .output(0), at: clip, parallelism: .single).gradient.values
        let steepest = try #require(slope.map(abs).max())
        let direction = slope.map { $0 / steepest }
        let layer = try network.layerName(layer)
        func moved(_ step: Float) throws -> NetworkLayerGradient {
            let values = zip(clip.values, direction).map { $0 + step * $1 }
            return try network.gradient(
                of: .output(0), layer: layer, at: Tensor(shape: clip.shape, values: values), parallelism: .single)
        }
        let (before, at, after) = (try moved(-2e-3), try moved(0), try moved(2e-3))
        let predicted = zip(at.gradient.values, zip(after.activation.values, before.activation.values)).reduce(0.0) {
            $0 + Double($1.0) * (Double($1.1.0) - Double($1.1.1))
        }
        let change = after.value - before.value
        #expect(change != 0)
        #expect(abs(predicted - change) < 0.03 * abs(change), "\(predicted) of \(change)")
    }
}
