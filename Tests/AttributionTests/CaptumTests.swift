import Attribution
import Checkpoints
import Cine
import Foundation
import Models
import Tensors
import TestSupport
import Testing

/// Attributions of a network against Captum's in double precision (Tests/Fixtures/generate/captum_attributions.py).
@Suite struct CaptumTests {
    private static let sigma = 0.15

    private let values: [String: Tensor]
    private let network: Network

    init() throws {
        values = try golden("attribution/captum.safetensors")
        let architecture = #"{"family":"r2plus1d","channels":[6,8,12,16],"blocks":[1,1,1,1],"stem":5}"#
        // Captum saw the clip itself: no normalisation.
        let manifest = """
            {"name": "tiny", "architecture": \(architecture), "task": "regression",
             "input": {"frames": 8, "height": 32, "width": 40, "range": [0, 1], "mean": [0, 0, 0], "std": [1, 1, 1]}}
            """
        network = try Network(
            ModelManifest(json: Data(manifest.utf8)),
            checkpoint: Checkpoint.open(fixture("checkpoints/tiny.safetensors"), limits: CheckpointLimits()))
    }

    private var score: Score { Self.score(of: network) }

    private static func score(of network: Network) -> Score {
        Score { clip, parallelism in
            let result = try network.gradient(of: .output(2), at: clip, parallelism: parallelism)
            return ScoreGradient(value: result.value, gradient: result.gradient)
        } layer: { clip, name, parallelism in
            let result = try network.gradient(of: .output(2), layer: name, at: clip, parallelism: parallelism)
            return LayerGradient(value: result.value, activation: result.activation, gradient: result.gradient)
        }
    }

    private func control(threads: Int) -> RunControl { RunControl(parallelism: Parallelism(threads: threads)) { _ in } }

    /// The noise of the fixture in place of random numbers.
    private struct RecordedNoise: NoiseSource {
        /// `[samples, C, T, H, W]`
        let values: Tensor

        func fill(
            _ destination: UnsafeMutableBufferPointer<Float>, component: NoiseComponent, sample: Int, range: Range<Int>
        ) {
            let start = sample * (values.count / values.shape[0]) + range.lowerBound
            values.withUnsafeValues { values in
                for index in destination.indices { destination[index] = values[start + index] }
            }
        }
    }

    @Test("SmoothGrad is the mean of Captum's Saliency(abs=False) over the same noisy clips")
    func smoothGrad() throws {
        let (clip, noise) = (try #require(values["clip"]), try #require(values["noise"]))
        let numbers = clip.values
        let range = Double(try #require(numbers.max())) - Double(try #require(numbers.min()))
        var levels = NoiseLevels.none
        levels.pixels = Self.sigma / range
        let result = try SmoothGrad(
            statistic: .mean, samples: noise.shape[0], tolerance: nil, levels: levels,
            noise: RecordedNoise(values: noise)
        ).attribute(.pixels(clip), to: score, control: control(threads: 2))
        let map = try #require(result.map(.pixels)).values
        let expected = try #require(values["saliency"])
        #expect(expected.values.contains { $0 < 0 })
        #expect(relativeL2(map, expected) < 1e-4)
        expectClose(map, expected, relative: 0.01, absolute: 0)
    }

    @Test("Integrated gradients are Captum's from a black clip, at the middles of as many pieces")
    func integratedGradients() throws {
        let clip = try #require(values["clip"])
        let result = try IntegratedGradients(steps: 16, baseline: .black)
            .attribute(.pixels(clip), to: score, control: control(threads: 2))
        let map = try #require(result.map(.pixels)).values
        let expected = try #require(values["integrated"])
        #expect(expected.values.contains { $0 < 0 })
        // Single precision lands on the other side of a kink here and there.
        #expect(relativeL2(map, expected) < 1e-3)
        expectClose(map, expected, relative: 0.01, absolute: 0)
    }

    @Test(
        "Grad-CAM is Captum's, of every kind of layer",
        arguments: ["stem", "layer1", "layer2", "layer3.0", "layer4"])
    func gradCAM(_ layer: String) throws {
        let clip = try #require(values["clip"])
        let result = try GradCAM(layer: layer).attribute(.pixels(clip), to: score, control: control(threads: 2))
        let map = try #require(result.map(.layer)).values
        let expected = try #require(values["gradcam.\(layer)"])
        #expect(expected.values.contains { $0 < 0 })
        expectClose(map, expected, relative: 1e-4, absolute: 0)
        #expect(relativeL2(map, expected) < 1e-4)
        let alone = try GradCAM(layer: layer).attribute(.pixels(clip), to: score, control: control(threads: 1))
        #expect(alone.maps.map(\.values.values) == result.maps.map(\.values.values))
    }

    /// Layers of the ONNX file by the values that their modules give.
    private static let modules = [
        "stem": "/stem/stem.5/Relu_output_0", "layer1": "/layer1/layer1.0/relu/Relu_output_0",
        "layer2": "/layer2/layer2.0/relu/Relu_output_0", "layer4": "/layer4/layer4.0/relu/Relu_output_0",
    ]

    @Test("Grad-CAM of the same network as an ONNX graph is Captum's too", arguments: modules)
    func graph(_ layer: String, _ value: String) throws {
        let manifest = """
            {"name": "tiny", "architecture": "onnx", "task": "regression",
             "input": {"frames": 8, "height": 32, "width": 40, "range": [0, 1], "mean": [0, 0, 0], "std": [1, 1, 1]}}
            """
        let graph = try Network(
            ModelManifest(json: Data(manifest.utf8)),
            file: ModelFile.open(fixture("checkpoints/tiny.onnx"), external: nil, limits: CheckpointLimits()))
        #expect(graph.layerNames.contains(value))
        #expect(try graph.layerName(nil) == "/layer4/layer4.0/relu/Relu_output_0")
        let clip = try #require(values["clip"])
        let maps = try [1, 2].map { threads in
            let result = try GradCAM(layer: value)
                .attribute(.pixels(clip), to: Self.score(of: graph), control: control(threads: threads))
            return try #require(result.map(.layer)).values
        }
        expectClose(maps[0], try #require(values["gradcam.\(layer)"]), relative: 1e-4, absolute: 0)
        #expect(maps[0].values == maps[1].values)
    }

    @Test("A layer is known by the name that PyTorch gives it, and no other")
    func layerNames() throws {
        let clip = try #require(values["clip"])
        let names = [
            "stem", "layer1.0", "layer1", "layer2.0", "layer2", "layer3.0", "layer3", "layer4.0", "layer4",
        ]
        #expect(network.layerNames == names)
        #expect(try network.layerName(nil) == "layer4" && network.layerName("layer2") == "layer2")
        for name in ["", "layer5", "fc", "layer1.1", "Layer1"] {
            #expect(throws: ModelError.unknownLayer(name, known: names)) {
                try GradCAM(layer: name).attribute(.pixels(clip), to: score, control: control(threads: 1))
            }
        }
        let sides = try BundledModel.sides.load()
        #expect(sides.layerNames == ["blocks.0", "blocks.1", "blocks.2", "blocks.3"])
    }

    /// The gradient by a layer's activation foretells how a small change of the clip changes the score through it: the stem is all that the score
    /// knows of the clip.
    @Test("The derivative by an activation is that of the score", arguments: ["stem", "layer2", "layer4"])
    func activationGradient(_ layer: String) throws {
        let clip = try #require(values["clip"])
        // Uphill the score changes most, and kinks of the ReLUs matter least.
        let slope = try network.gradient(of: .output(2), at: clip, parallelism: .single).gradient.values
        let steepest = try #require(slope.map(abs).max())
        let direction = slope.map { $0 / steepest }
        func moved(_ step: Float) throws -> NetworkLayerGradient {
            let values = zip(clip.values, direction).map { $0 + step * $1 }
            return try network.gradient(
                of: .output(2), layer: layer, at: Tensor(shape: clip.shape, values: values), parallelism: .single)
        }
        let (before, at, after) = (try moved(-1e-3), try moved(0), try moved(1e-3))
        #expect(at.activation.shape == at.gradient.shape)
        let predicted = zip(at.gradient.values, zip(after.activation.values, before.activation.values)).reduce(0.0) {
            $0 + Double($1.0) * (Double($1.1.0) - Double($1.1.1))
        }
        #expect(abs(predicted - (after.value - before.value)) < 0.02 * abs(after.value - before.value))
    }
}
