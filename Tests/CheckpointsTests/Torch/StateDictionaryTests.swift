import Checkpoints
import Foundation
import TestSupport
import Testing

/// Where the parameters lie among what a training saves. Files by PyTorch itself show the places that are known.
@Suite struct StateDictionaryTests {
    private static let file = TorchFile([.init("a", [4], [1, 2, 3, 4])])

    private func read(_ write: (inout PickleWriter) -> Void) throws -> Checkpoint {
        var pickle = PickleWriter()
        write(&pickle)
        pickle.codes(".")
        return try Checkpoint.read(Self.file.archive(pickle: pickle.bytes).data, limits: CheckpointLimits())
    }

    private func tensor(_ pickle: inout PickleWriter) {
        pickle.tensor(key: "0", type: "FloatStorage", storageCount: 4, offset: 0, shape: [4], strides: [1])
    }

    /// A dictionary with one tensor.
    private func parameters(_ pickle: inout PickleWriter, _ name: String) {
        pickle.codes("}")
        pickle.text(name)
        tensor(&pickle)
        pickle.codes("s")
    }

    private func holding(_ names: [String]) throws -> Checkpoint {
        try read { pickle in
            pickle.codes("}(")
            for name in names {
                pickle.text(name)
                parameters(&pickle, "in \(name)")
            }
            pickle.codes("u")
        }
    }

    @Test("A known place comes before others")
    func known() throws {
        #expect(try holding(["ema", "state_dict", "other"]).names == ["in state_dict"])
        #expect(try holding(["net"]).names == ["in net"])
    }

    @Test("Of several, none is guessed")
    func several() {
        #expect(
            throws: CheckpointError.noStateDictionary(found: "several dictionaries of tensors (state_dict, model)")
        ) { try holding(["model", "state_dict"]) }
        #expect(throws: CheckpointError.noStateDictionary(found: "several dictionaries of tensors (net, ema)")) {
            try holding(["net", "ema"])
        }
    }

    @Test("What holds no tensors by name is named for what it is")
    func none() {
        let found = { (text: String) in CheckpointError.noStateDictionary(found: text) }
        #expect(throws: found("a tensor")) { try read { tensor(&$0) } }
        #expect(throws: found("a list")) { try read { $0.codes("]") } }
        #expect(throws: found("None")) { try read { $0.codes("N") } }
        #expect(throws: found("a dictionary without tensors ()")) { try read { $0.codes("}") } }
        #expect(throws: found("a dictionary without tensors (epoch, best)")) {
            try read {
                $0.codes("}(")
                $0.text("epoch")
                $0.number(3)
                $0.text("best")
                $0.codes("Nu")
            }
        }
    }

    @Test("A tensor's name is a text")
    func names() {
        #expect(
            throws: CheckpointError.badTensor(tensor: "number 0", reason: "its name is a whole number, not a text")
        ) {
            try read {
                $0.codes("}")
                $0.number(3)
                tensor(&$0)
                $0.codes("s")
            }
        }
    }

    @Test("More tensors than are allowed are refused")
    func count() {
        var limits = CheckpointLimits()
        limits.tensors = 1
        let file = TorchFile([.init("a", [1], [1]), .init("b", [1], [1])])
        #expect(throws: CheckpointError.tooManyTensors(limit: 1)) {
            try Checkpoint.read(file.archive.data, limits: limits)
        }
    }

    @Test("Element types that no network computes with are named")
    func types() {
        #expect(throws: CheckpointError.unsupportedType(tensor: "a", type: "ComplexFloat")) {
            try read {
                $0.codes("}")
                $0.text("a")
                $0.tensor(
                    key: "0", type: "ComplexFloatStorage", storageCount: 2, offset: 0, shape: [2], strides: [1])
                $0.codes("s")
            }
        }
    }
}
