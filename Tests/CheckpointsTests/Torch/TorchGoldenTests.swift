import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

/// One network in the containers that PyTorch has, and files that must be refused.
@Suite struct TorchGoldenTests {
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
        "Files with code are refused with the way out",
        arguments: [
            ("tiny_traced.pt", CheckpointError.torchScript, "export to ONNX"),
            ("tiny_whole_module.pt", .pickledModule, "torch.save(model.state_dict(), file)"),
            ("tiny.onnx", .onnx, "not read yet"),
        ])
    func wayOut(_ file: String, _ error: CheckpointError, _ text: String) {
        #expect(throws: error) { try Checkpoint.open(fixture("checkpoints/\(file)"), limits: CheckpointLimits()) }
        #expect(error.description.contains(text))
    }

    static let hostileFiles: [(String, CheckpointError)] = [
        (
            "bomb_deflate",
            .badEntry(
                entry: "archive/data/0", reason: "65232 bytes unpack to 67108864, more than 100 times as much")
        ),
        (
            "bomb_header_size",
            .malformed(
                format: .torchZip, offset: 448,
                reason: "the archive's directory is not valid: Zip archive inconsistent")
        ),
        ("build_setstate", .forbiddenPickle("the instruction NEWOBJ", offset: 23)),
        ("builtins_eval", .forbiddenPickle("__builtin__.eval", offset: 2)),
        (
            "cd_offset_oob",
            .malformed(
                format: .torchZip, offset: 694,
                reason: "the directory is said to have 246 bytes from byte 4294967040, it must end at byte 694")
        ),
        ("deep_nest", .pickleTooLarge(what: "nested containers", limit: 100, offset: 103)),
        ("empty", .unknownFormat),
        (
            "just_pk",
            .malformed(
                format: .torchZip, offset: 0, reason: "the archive's directory does not end here: it may be cut off"
            )
        ),
        ("missing_storage", .badTensor(tensor: "w", reason: "its storage data/7 is not in the archive")),
        ("negative_offset", .badTensor(tensor: "w", reason: "its offset -8 is negative")),
        ("negative_stride", .badTensor(tensor: "w", reason: "its strides [-4, 1] do not fit the shape [4, 4]")),
        ("numel_lie", .badTensor(tensor: "w", reason: "its storage takes 4000000 bytes, archive/data/0 has 64")),
        ("offset_oob", .badTensor(tensor: "w", reason: "it reaches to the element 16 of a storage that has 16")),
        ("os_system_zip", .forbiddenPickle("posix.system", offset: 22)),
        ("stack_global", .forbiddenPickle("os.system", offset: 14)),
        (
            "stride_overflow",
            .badTensor(
                tensor: "w", reason: "it reaches to the element 6917529027641081859 of a storage that has 16")
        ),
        (
            "truncated_half",
            .malformed(
                format: .torchZip, offset: 69857,
                reason: "the archive's directory does not end here: it may be cut off")
        ),
        (
            "truncated_tail",
            .malformed(
                format: .torchZip, offset: 139707,
                reason: "the archive's directory does not end here: it may be cut off")
        ),
        (
            "zero_stride_expand",
            .badTensor(
                tensor: "w", reason: "it shows 16 stored elements as 1099511627776: save it with .contiguous()")
        ),
    ]

    @Test("Hostile files are refused, each for its reason", arguments: hostileFiles)
    func hostile(_ file: String, _ expected: CheckpointError) {
        #expect(throws: expected) {
            try Checkpoint.open(fixture("checkpoints/hostile/\(file).pt"), limits: CheckpointLimits())
        }
    }

    @Test("No hostile file is forgotten")
    func hostileFilesAreAllNamed() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: fixture("checkpoints/hostile").path)
        #expect(Set(files.filter { $0.hasSuffix(".pt") }) == Set(Self.hostileFiles.map { "\($0.0).pt" }))
    }
}
