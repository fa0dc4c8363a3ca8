import Autodiff
import Foundation
import ONNX
import Tensors
import TestSupport
import Testing

/// Outputs and input gradients of exported networks against PyTorch in double precision.
@Suite struct GoldenProgramTests {
    struct GoldenManifest: Decodable {
        struct Case: Decodable, Sendable {
            struct Error: Decodable, Sendable {
                let out_rel, grad_rel_l2: Double
            }
            let name: String
            let output_index: Int
            /// Of PyTorch in single precision.
            let float32_torch: Error
        }
        let cases: [Case]
    }

    static let names = [
        "r2plus1d_block", "x3d_se_hardswish", "vivit_tubelet", "cnn_lstm", "frame_cnn_mean", "x3d_silu_dynamo18",
        "vivit_divided_dynamo18", "r2plus1d_block_dynamo18",
    ]

    @Test("Values and gradients miss PyTorch's by no more than four times what its own float32 does", arguments: names)
    func golden(_ name: String) throws {
        let manifest = try JSONDecoder().decode(
            GoldenManifest.self, from: Data(contentsOf: fixture("onnx/manifest.json")))
        let golden = try #require(manifest.cases.first { $0.name == name })
        let expected = try TestSupport.golden("onnx/\(name).safetensors")
        let input = try #require(expected["input"])
        let program = try HostileFileTests.open("\(name).onnx").program(for: input.shape, limits: GraphLimits())
        let tape = Tape(parallelism: Parallelism(threads: 2))
        let x = tape.variable(input)
        let y = try program(x)
        #expect(relativeL2(y.value, try #require(expected["output"])) < 4 * golden.float32_torch.out_rel + 1e-7)
        var seed = Tensor(shape: y.shape, repeating: 0)
        seed.withUnsafeMutableValues { $0[golden.output_index] = 1 }
        let gradient = try tape.gradients(of: y, seed: seed, withRespectTo: [x])[0]
        let error = relativeL2(gradient, try #require(expected["input_grad"]))
        #expect(error < 4 * golden.float32_torch.grad_rel_l2 + 1e-7)
    }
}
