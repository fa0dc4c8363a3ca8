import Checkpoints
import Foundation
import TestSupport
import Tensors
import Testing

/// Files in the format of before PyTorch 1.6 that say something wrong at each of their steps.
@Suite struct LegacyFileTests {
    private static let file = TorchFile([.init("a", [2], [1, 2]), .init("b", [], [3])])

    private func read(_ data: Data) throws -> Checkpoint { try Checkpoint.read(data, limits: CheckpointLimits()) }

    /// - Parameters:
    ///   - old: occurs once in the file.
    private func message(replacing old: [UInt8], by new: [UInt8]) throws -> String {
        var data = Self.file.legacy
        data.replaceSubrange(try #require(data.firstRange(of: old)), with: new)
        let error = #expect(throws: CheckpointError.self) { try read(data) }
        return try #require(error).description
    }

    private static let storages: [UInt8] = PickleWriter.little(2, bytes: 8)

    @Test("Values follow the pickles")
    func values() throws {
        let checkpoint = try read(Self.file.legacy)
        #expect(checkpoint.names == ["a", "b"])
        #expect(checkpoint[name: "a"]?.tensor().values == [1, 2])
        #expect(checkpoint[name: "b"]?.tensor().values == [3])
    }

    @Test("Other pickles than those by torch.save are named")
    func magic() throws {
        #expect(try message(replacing: [0x6C, 0xFC], by: [0x6C, 0xFD]).contains("not one by torch.save"))
        var pickle = PickleWriter()
        pickle.codes("}.")
        #expect(
            throws: CheckpointError.malformed(
                format: .torchLegacy, place: .file(0),
                reason: "the pickle is not one by torch.save, which begins with its magic number")
        ) { try read(Data(pickle.bytes)) }
    }

    @Test("Another version is refused")
    func version() throws {
        #expect(try message(replacing: [0x4A, 0xE9, 3], by: [0x4A, 0xEA, 3]).contains("version is not 1001"))
    }

    @Test("What is called is forbidden, at its place in the file")
    func forbidden() throws {
        var pickle = PickleWriter()
        pickle.global("os", "system")
        pickle.codes(").")
        let start = try #require(Self.file.legacy.firstRange(of: Self.file.pickle)).lowerBound
        #expect(
            throws: CheckpointError.forbiddenPickle(opcode: "GLOBAL", what: "os.system", place: .file(start + 2))
        ) { try read(Self.file.legacy(pickle: pickle.bytes)) }
    }

    @Test("Storages have the sizes that the pickle says, and fill the file")
    func storages() throws {
        for count in [0, 1, 3, 1 << 40, Int.max, -1] {
            let message = try message(replacing: Self.storages, by: PickleWriter.little(count, bytes: 8))
            #expect(message.contains("and 2 before"), "\(message)")
        }
        // Both numbers agree on more than the file holds.
        let count = 1 << 40
        var pickle = PickleWriter()
        pickle.codes("}")
        pickle.text("a")
        pickle.tensor(key: "0", type: "FloatStorage", storageCount: count, offset: 0, shape: [count], strides: [1])
        pickle.codes("s.")
        var data = TorchFile([Self.file.parameters[0]]).legacy(pickle: pickle.bytes)
        data.replaceSubrange(
            try #require(data.firstRange(of: Self.storages)), with: PickleWriter.little(count, bytes: 8))
        let error = #expect(throws: CheckpointError.self) { try read(data) }
        #expect(try #require(error).description.contains("takes 4398046511104 bytes, 8 are left of the file"))
    }

    @Test("The list of keys names each storage once")
    func keys() throws {
        let list = { (first: String, second: String) -> [UInt8] in
            var writer = PickleWriter()
            writer.codes("](")
            writer.text(first)
            writer.text(second)
            writer.codes("e.")
            return writer.bytes
        }
        let truth = list("0", "1")
        #expect(try message(replacing: truth, by: list("0", "0")).contains("elements, and 2 before"))
        #expect(try message(replacing: truth, by: list("0", "2")).contains("one that no tensor mentions"))
        #expect(try message(replacing: truth, by: [0x80, 2, 0x4E, 0x2E]).contains("must be a list"))
        #expect(try message(replacing: truth, by: [0x80, 2, 0x5D, 0x2E]).contains("bytes follow the last storage"))
    }

    @Test("A tensor whose storage is not in the list is named")
    func missing() throws {
        let file = TorchFile([Self.file.parameters[0]])
        #expect(
            throws: CheckpointError.badTensor(tensor: "b", reason: "its storage 1 is not in the file")
        ) { try read(file.legacy(pickle: Self.file.pickle)) }
    }

    @Test("Part of a storage, as early releases wrote views")
    func views() throws {
        let whole = TorchFile([.init("a", [6], [1, 2, 3, 4, 5, 6])])
        func file(begin: Int, count: Int, shape: [Int], offset: Int) -> Data {
            var pickle = PickleWriter()
            pickle.codes("}")
            pickle.text("a")
            // `_rebuild_tensor`, of four arguments.
            pickle.global("torch._utils", "_rebuild_tensor")
            pickle.codes("((")
            pickle.text("storage")
            pickle.global("torch", "FloatStorage")
            pickle.text("0")
            pickle.text("cuda:0")
            pickle.number(6)
            pickle.codes("(")
            pickle.text("view")
            pickle.number(begin)
            pickle.number(count)
            pickle.codes("ttQ")
            pickle.number(offset)
            pickle.numbers(shape)
            pickle.numbers(shape.map { _ in 1 })
            pickle.codes("tRs.")
            return whole.legacy(pickle: pickle.bytes)
        }
        #expect(try read(file(begin: 2, count: 3, shape: [2], offset: 1))[name: "a"]?.tensor().values == [4, 5])
        #expect(throws: CheckpointError.self) { try read(file(begin: 2, count: 3, shape: [3], offset: 1)) }
        #expect(throws: CheckpointError.self) { try read(file(begin: 2, count: 5, shape: [2], offset: 0)) }
        #expect(throws: CheckpointError.self) { try read(file(begin: -1, count: 5, shape: [2], offset: 0)) }
        #expect(throws: CheckpointError.self) { try read(file(begin: 7, count: 0, shape: [0], offset: 0)) }
    }

    @Test("Python 2's texts and its OrderedDict of pairs are read")
    func python2() throws {
        var pickle = PickleWriter()
        pickle.global("collections", "OrderedDict")
        pickle.codes("](](")
        pickle.append([UInt8(ascii: "U"), 1] + Array("a".utf8))
        pickle.tensor(key: "0", type: "FloatStorage", storageCount: 2, offset: 0, shape: [2], strides: [1])
        pickle.codes("ee")
        pickle.append([0x85])
        pickle.codes("R.")
        let file = TorchFile([Self.file.parameters[0]])
        #expect(try read(file.legacy(pickle: pickle.bytes))[name: "a"]?.tensor().values == [1, 2])
    }

    @Test("Pickles beyond their limit are refused")
    func limit() throws {
        var limits = CheckpointLimits()
        limits.pickleBytes = 60
        #expect(throws: CheckpointError.self) { try Checkpoint.read(Self.file.legacy, limits: limits) }
    }
}
