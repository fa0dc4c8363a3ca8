import Autodiff
import Foundation
import ONNX
import Tensors
import TestSupport
import Testing

/// Small versions of published networks, from both of PyTorch's exporters, against PyTorch in double precision.
@Suite struct ExportedNetworkTests {
    struct Manifest: Decodable {
        struct Case: Decodable {
            struct File: Decodable {
                let file: String
                let nodes: Int
            }
            let name: String
            let output_shape: [Int]
            let files: [String: File]
            let float32_output_error, float32_gradient_error: Double
        }
        let output: Int
        let cases: [Case]
    }

    static let names = [
        "vit_tubelet", "mvit_v2_s", "mvit_v1_b", "swin3d_t", "s3d", "x3d", "slowfast", "unet3d", "convnext_time",
        "cnn_lstm", "cnn_gru", "cnn_residual", "r2plus1d_18",
    ]
    /// The older exporter writes their pooling as loops over sequences.
    static let looping: Set = ["mvit_v2_s", "mvit_v1_b"]
    static let cases = names.flatMap { name in
        (looping.contains(name) ? ["dynamo"] : ["dynamo", "script"]).map { (name, $0) }
    }

    @Test(arguments: looping) func loopsAreRefusedByName(_ name: String) throws {
        let error = #expect(throws: GraphError.self) { try HostileFileTests.open("networks/\(name)_script.onnx") }
        guard case .unsupportedOperators(let nodes)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(nodes.map(\.operation) == ["Loop", "SequenceAt", "SequenceEmpty", "SequenceInsert"])
    }

    @Test("Values and gradients miss PyTorch's by no more than four times what its own float32 does", arguments: cases)
    func equals(_ name: String, _ exporter: String) throws {
        let manifest = try JSONDecoder().decode(
            Manifest.self, from: Data(contentsOf: fixture("onnx/networks/manifest.json")))
        #expect(manifest.cases.map(\.name) == Self.names)
        let known = try #require(manifest.cases.first { $0.name == name })
        let file = try #require(known.files[exporter])
        let expected = try TestSupport.golden("onnx/networks/\(name).safetensors")
        let input = try #require(expected["input"])
        let graph = try HostileFileTests.open("networks/\(file.file)")
        let program = try graph.program(for: input.shape, limits: GraphLimits())
        // The others have fewer channels than a vector holds, or windows that no tiles save work for.
        #expect(program.hasTrunk == ["r2plus1d_18", "slowfast", "unet3d", "cnn_residual"].contains(name))
        #expect(program.outputShape.extents == known.output_shape)
        let tape = Tape(parallelism: Parallelism(threads: 2))
        let x = tape.variable(input)
        let y = try program(x)
        let outputError = relativeL2(y.value, try #require(expected["output"]))
        #expect(outputError < 4 * known.float32_output_error + 1e-7)
        var seed = Tensor(shape: y.shape, repeating: 0)
        seed.withUnsafeMutableValues { $0[manifest.output] = 1 }
        let gradient = try tape.gradients(of: y, seed: seed, withRespectTo: [x])[0]
        let gradientError = relativeL2(gradient, try #require(expected["gradient"]))
        #expect(gradientError < 4 * known.float32_gradient_error + 1e-7)
    }

    @Test("A trunk that is one operation still gives the values inside it", arguments: ["dynamo", "script"])
    func trunkLayers(_ exporter: String) throws {
        let expected = try TestSupport.golden("onnx/networks/r2plus1d_18.safetensors")
        let input = try #require(expected["input"])
        let graph = try HostileFileTests.open("networks/r2plus1d_18_\(exporter).onnx")
        let program = try graph.program(for: input.shape, limits: GraphLimits())
        let tape = Tape(parallelism: .single)
        let whole = try program(tape.constant(input)).value
        #expect(program.layers.count >= 10)
        for layer in program.layers {
            let kept = try graph.program(for: input.shape, limits: GraphLimits(), keeping: layer)
            let (output, activation) = try #require(try kept.recordingFromLayer(tape.constant(input)))
            #expect(relativeL2(output.value, whole) < 1e-5, "\(layer.name)")
            #expect(activation.shape == layer.shape)
        }
    }
}
