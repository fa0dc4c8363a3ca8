import Checkpoints
import Foundation
import TestSupport
import Tensors
import Testing

/// One network in the containers that users have, against its safetensors file.
@Suite struct GoldenCheckpointTests {
    struct Container: Sendable, CustomTestStringConvertible {
        let file: String
        let format: CheckpointFormat
        let prefix: String
        let element: StoredElement
        /// Of a value, relative to the largest of its tensor: what the element type rounds.
        let tolerance: Float
        var testDescription: String { file }

        init(
            _ file: String, _ format: CheckpointFormat, prefix: String = "", _ element: StoredElement = .float32,
            tolerance: Float = 0
        ) {
            (self.file, self.format, self.prefix) = (file, format, prefix)
            (self.element, self.tolerance) = (element, tolerance)
        }
    }

    @Test(
        "Every container gives the tensors of the safetensors file",
        arguments: [
            Container("tiny_state_dict.pt", .torchZip),
            Container("tiny_state_dict_legacy.pt", .torchLegacy),
            Container("tiny_echonet.pt", .torchZip, prefix: "module."),
            Container("tiny_echonet_plain.pt", .torchZip, prefix: "module."),
            Container("tiny_fp16_model_key.pt", .torchZip, .float16, tolerance: 0x1p-11),
            Container("tiny_bf16.pt", .torchZip, .bfloat16, tolerance: 0x1p-8),
            Container("tiny_f64.pt", .torchZip, .float64),
            Container("tiny_strided_views.pt", .torchZip),
            Container("tiny_parameters.pt", .torchZip),
            Container("tiny_module_prefix.safetensors", .safetensors, prefix: "module."),
        ])
    func containers(_ container: Container) throws {
        let limits = CheckpointLimits()
        let expected = try Checkpoint.open(fixture("checkpoints/tiny.safetensors"), limits: limits)
        let found = try Checkpoint.open(fixture("checkpoints/\(container.file)"), limits: limits)
        #expect(found.format == container.format)
        let counters = found.names.filter { $0.hasSuffix(".num_batches_tracked") }
        #expect(
            Set(found.names).subtracting(counters)
                == Set(expected.names.filter { !$0.hasSuffix("tracked") }.map { container.prefix + $0 }))
        for counter in counters {
            #expect(found[name: counter]?.element == .int64)
            #expect(found[name: counter]?.shape == [])
        }
        for name in expected.names where !name.hasSuffix(".num_batches_tracked") {
            let tensor = try #require(found[name: container.prefix + name])
            #expect(tensor.element == container.element)
            expectClose(
                tensor.tensor(), try #require(expected[name: name]).tensor(), relative: container.tolerance, absolute: 0
            )
        }
    }

    @Test("The hand-made archive that the hostile ones vary is read")
    func control() throws {
        let file = try Checkpoint.open(fixture("checkpoints/hand_pickle_control.pt"), limits: CheckpointLimits())
        #expect(file.names == ["w"])
        #expect(file[name: "w"]?.shape == [4, 4])
        #expect(file[name: "w"]?.tensor().values == (0..<16).map(Float.init))
    }

    @Test(
        "What is no file of parameters is refused with the way out",
        arguments: [
            ("tiny_traced.pt", CheckpointError.torchScript, "export to ONNX"),
            ("tiny_whole_module.pt", .pickledModule, "torch.save(model.state_dict(), file)"),
            ("tiny.onnx", .onnx, "the architecture onnx"),
        ])
    func wayOut(_ file: String, _ error: CheckpointError, _ text: String) {
        #expect(throws: error) { try Checkpoint.open(fixture("checkpoints/\(file)"), limits: CheckpointLimits()) }
        #expect(error.description.contains(text))
    }
}
