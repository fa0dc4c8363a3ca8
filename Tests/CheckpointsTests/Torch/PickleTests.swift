import Checkpoints
import Foundation
import TestSupport
import Tensors
import Testing

/// Pickles that no library writes, in an archive that is right otherwise.
@Suite struct PickleTests {
    private static let file = TorchFile([.init("a", [4], [1, 2, 3, 4])])

    private func read(_ write: (inout PickleWriter) -> Void) throws -> Checkpoint {
        var pickle = PickleWriter()
        write(&pickle)
        return try Checkpoint.read(Self.file.archive(pickle: pickle.bytes).data, limits: CheckpointLimits())
    }

    private func place(_ offset: Int) -> BytePlace { .entry("archive/data.pkl", offset) }

    /// A dictionary with the one tensor `a`.
    private func tensor(shape: [Int], strides: [Int], offset: Int = 0, count: Int = 4) throws -> Checkpoint {
        try read {
            $0.codes("}")
            $0.text("a")
            $0.tensor(
                key: "0", type: "FloatStorage", storageCount: count, offset: offset, shape: shape, strides: strides)
            $0.codes("s.")
        }
    }

    @Test(
        "Whatever is called or imported is forbidden, with its name and place",
        arguments: [
            ("os", "system"), ("posix", "system"), ("builtins", "eval"), ("builtins", "getattr"),
            ("__builtin__", "exec"),
            ("subprocess", "Popen"), ("torch.hub", "load"), ("torch", "load"), ("torch.jit", "load"),
            ("torch.storage", "_load_from_bytes"), ("collections", "defaultdict"),
            ("collections", "OrderedDict.update"),
            ("numpy", "load"), ("numpy.core.multiarray", "_reconstruct"), ("numpy.core.multiarray", "scalar.x"),
            ("torch._utils", "_rebuild_tensor_v2.x"), ("", ""), (".", "."), ("torch._utils._rebuild_tensor", "v2"),
        ])
    func globals(_ module: String, _ name: String) {
        #expect(throws: CheckpointError.forbiddenPickle(opcode: "GLOBAL", what: "\(module).\(name)", place: place(2))) {
            try read {
                $0.global(module, name)
                $0.codes(")R.")
            }
        }
        #expect(
            throws: CheckpointError.forbiddenPickle(
                opcode: "STACK_GLOBAL", what: "\(module).\(name)",
                place: place(12 + module.utf8.count + name.utf8.count))
        ) {
            try read {
                $0.text(module)
                $0.text(name)
                $0.append([0x93])
                $0.codes(")R.")
            }
        }
    }

    @Test(
        "Instructions that make objects or reach outside are forbidden",
        arguments: [
            (0x81, "NEWOBJ"), (0x92, "NEWOBJ_EX"), (0x69, "INST"), (0x6F, "OBJ"), (0x82, "EXT1"), (0x83, "EXT2"),
            (0x84, "EXT4"), (0x97, "NEXT_BUFFER"), (0x98, "READONLY_BUFFER"), (0x50, "PERSID"), (0x49, "INT"),
            (0x64, "DICT"), (0x67, "GET"),
        ] as [(UInt8, String)])
    func opcodes(_ byte: UInt8, _ name: String) throws {
        let error = #expect(throws: CheckpointError.self) {
            try read {
                $0.global("collections", "OrderedDict")
                $0.codes(")")
                $0.append([byte, UInt8(ascii: ".")])
            }
        }
        guard case .forbiddenPickle(name, _, place(28)) = try #require(error) else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("Only the names of the list are called, and only as functions")
    func calls() {
        #expect(throws: CheckpointError.forbiddenPickle(opcode: "REDUCE", what: "a call of a text", place: place(9))) {
            try read {
                $0.text("f")
                $0.codes(")R.")
            }
        }
        #expect(
            throws: CheckpointError.forbiddenPickle(
                opcode: "REDUCE", what: "a call of a storage or element type", place: place(23))
        ) {
            try read {
                $0.global("torch", "FloatStorage")
                $0.codes(")R.")
            }
        }
        #expect(throws: CheckpointError.forbiddenPickle(opcode: "BUILD", what: "a state for a list", place: place(4))) {
            try read { $0.codes("]}b.") }
        }
    }

    @Test("A layer by itself is a module")
    func layer() {
        #expect(throws: CheckpointError.pickledModule) {
            try read {
                $0.global("torch.nn.modules.linear", "Linear")
                $0.codes(")")
                $0.append([0x81])
                $0.codes("}b.")
            }
        }
    }

    @Test("Modules are told from other objects, wherever their layers are mentioned")
    func modules() {
        #expect(throws: CheckpointError.pickledModule) {
            try read {
                $0.global("mine", "Network")
                $0.codes(")")
                $0.append([0x81])
                $0.codes("}")
                $0.global("torch.nn.modules.conv", "Conv3d")
                $0.codes("b.")
            }
        }
    }

    @Test(
        "Tensors that reach beyond their storage are refused",
        arguments: [
            ([5], [1], 0, "it reaches to the element 4 of a storage that has 4"),
            ([2, 2], [2, 2], 1, "it reaches to the element 5 of a storage that has 4"),
            ([4], [1], 1, "it reaches to the element 4 of a storage that has 4"),
            ([0], [1], 5, "it reaches to the element 5 of a storage that has 4"),
            ([4], [1], -1, "its offset -1 is negative"),
            ([4], [1], Int.max, "beyond 2^63"), ([2, 2], [Int.max, Int.max], 0, "beyond 2^63"),
            ([-4], [1], 0, "its shape [-4] is negative or too large"),
            ([1 << 62, 4], [0, 1], 0, "is negative or too large"),
            ([0, 1 << 62, 1 << 62], [1, 1, 1], 0, "is negative or too large"),
            ([4], [-1], 0, "its strides [-1] are negative"), ([4], [1, 1], 0, "or not one for each axis of [4]"),
            ([5], [0], 0, "it shows 4 stored elements as 5"),
            ([1 << 20, 1 << 20], [0, 0], 0, "it shows 4 stored elements as 1099511627776"),
        ])
    func layouts(_ shape: [Int], _ strides: [Int], _ offset: Int, _ reason: String) throws {
        let error = #expect(throws: CheckpointError.self) {
            try tensor(shape: shape, strides: strides, offset: offset)
        }
        guard case .badTensor("a", let found) = try #require(error) else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(found.contains(reason))
    }

    @Test("An axis of one element may have any stride")
    func strideOfOneElement() throws {
        let tensor = try #require(tensor(shape: [2, 2, 1], strides: [1, 2, Int.max])[name: "a"])
        #expect(tensor.shape == [2, 2, 1])
        #expect(tensor.tensor().values == [1, 3, 2, 4])
    }

    @Test("More axes than PyTorch has are refused")
    func axes() throws {
        let ones = [Int](repeating: 1, count: 64)
        #expect(try tensor(shape: ones, strides: ones).names == ["a"])
        #expect(throws: CheckpointError.self) { try tensor(shape: ones + [1], strides: ones + [1]) }
    }

    @Test("A storage has one size, and no impossible one")
    func storages() {
        #expect(throws: CheckpointError.self) { try tensor(shape: [4], strides: [1], count: -1) }
        #expect(throws: CheckpointError.self) { try tensor(shape: [4], strides: [1], count: Int.max / 2) }
        #expect(throws: CheckpointError.self) {
            try read {
                $0.storage(key: "0", type: "FloatStorage", count: 4)
                $0.storage(key: "0", type: "FloatStorage", count: 5)
                $0.codes("0.")
            }
        }
    }

    @Test("A key that occurs twice is refused")
    func duplicateKeys() throws {
        let error = #expect(throws: CheckpointError.self) {
            try read {
                $0.codes("}(")
                for _ in 0..<2 {
                    $0.text("a")
                    $0.tensor(
                        key: "0", type: "FloatStorage", storageCount: 4, offset: 0, shape: [4], strides: [1])
                }
                $0.codes("u.")
            }
        }
        #expect(try #require(error).description.contains("the key \"a\" occurs twice"))
    }

    @Test("Containers that hold themselves or change later are refused")
    func cycles() {
        for codes in ["]q\u{0}h\u{0}a.", "]q\u{0}\u{85}h\u{0}]a.", "}q\u{0}]h\u{0}ah\u{0}NNs."] {
            #expect(throws: CheckpointError.self, "\(codes)") {
                try read { pickle in pickle.append(codes.unicodeScalars.map { UInt8($0.value) }) }
            }
        }
    }

    @Test(
        "Instructions without their values are refused",
        arguments: [
            "0.", "1.", "2.", "a.", "e.", "s.", "u.", "t.", "R.", "b.", "Q.", "].N.", "(.", "((.", "N", "", "]]e.",
        ])
    func emptyStack(_ codes: String) {
        #expect(throws: CheckpointError.self) { try read { $0.codes(codes) } }
    }
}
