import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct NumPyTests {
    /// A file as NumPy lays it out, from its dictionary and the array's bytes.
    private func file(_ dictionary: String, _ data: [UInt8], version: UInt8 = 1) -> [UInt8] {
        let length = UInt32(dictionary.utf8.count)
        let lengthBytes = (0..<(version == 1 ? 2 : 4)).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
        return [0x93] + Array("NUMPY".utf8) + [version, 0] + lengthBytes + Array(dictionary.utf8) + data
    }

    private func dictionary(_ descr: String, _ shape: String) -> String {
        "{'descr': '\(descr)', 'fortran_order': False, 'shape': \(shape), }\n"
    }

    private func onDisk<R>(_ bytes: [UInt8], _ body: (URL) throws -> R) throws -> R {
        let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).npy")
        try Data(bytes).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        return try body(url)
    }

    @Test(arguments: [[], [1], [7], [2, 3], [2, 1, 3, 1, 2]])
    func whatIsWrittenIsReadBack(extents: [Int]) throws {
        let shape = Shape(extents)
        let tensor = try Tensor(shape: shape, values: (0..<shape.count).map { Float($0) * 0.1 - 0.3 })
        let bytes = NumPy.encode(tensor, shape: shape)
        #expect((bytes.count - 4 * shape.count).isMultiple(of: 64))
        let back = try NumPy.decode(bytes)
        #expect(back.shape == shape && back.values == tensor.values)
        let fromFile = try onDisk(bytes) { try NumPyFile($0, maximumBytes: 1000).tensor() }
        #expect(fromFile.shape == shape && fromFile.values == tensor.values)
    }

    /// Beginnings and ends are those of numpy.savez: members lie in order, stored, with their checksums, and the directory finds them.
    @Test func anArchiveHoldsItsMembers() throws {
        var archive = NumPyArchive()
        let contents = NumPy.encode(bytes: [7, 8, 9, 10, 11, 12], shape: [2, 3])
        try archive.add("clip.npy", contents)
        try archive.add("report.json", Array("{}".utf8))
        let bytes = archive.archive
        func number(_ offset: Int, _ count: Int) -> Int {
            (0..<count).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
        }
        #expect(number(0, 4) == 0x0403_4B50 && number(8, 2) == 0 && number(18, 4) == contents.count)
        #expect(Array(bytes[38..<38 + contents.count]) == contents)
        let end = bytes.count - 22
        #expect(number(end, 4) == 0x0605_4B50 && number(end + 8, 2) == 2 && number(end + 10, 2) == 2)
        let directory = number(end + 16, 4)
        #expect(directory + number(end + 12, 4) == end && number(directory, 4) == 0x0201_4B50)
        let second = directory + 46 + 8
        #expect(number(second, 4) == 0x0201_4B50 && number(second + 42, 4) == 38 + contents.count)
        // zlib.crc32(b"{}")
        #expect(number(second + 16, 4) == 0xA3A6_BF43)
        #expect(try NumPy.decode(contents).values == [7, 8, 9, 10, 11, 12])
        var again = NumPyArchive()
        try again.add("clip.npy", contents)
        try again.add("report.json", Array("{}".utf8))
        #expect(again.archive == bytes)
    }

    /// The bytes that numpy.save (2.x) writes for numpy.arange(3, dtype="<f4").
    @Test func theBytesAreNumPys() throws {
        let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }"
        let expected =
            [0x93] + Array("NUMPY".utf8) + [1, 0, 0x76, 0] + Array(text.utf8)
            + [UInt8](repeating: 0x20, count: 117 - text.utf8.count) + [0x0A]
            + [0, 0, 0, 0, 0, 0, 0x80, 0x3F, 0, 0, 0, 0x40]
        let tensor = try Tensor(shape: [3], values: [0, 1, 2])
        #expect(NumPy.encode(tensor, shape: [3]) == expected)
        #expect(try NumPy.decode(expected).values == [0, 1, 2])
    }

    @Test func theShapeThatIsWrittenMayHaveOtherAxes() throws {
        let tensor = try Tensor(shape: [2, 1, 3], values: [1, 2, 3, 4, 5, 6])
        #expect(try NumPy.decode(NumPy.encode(tensor, shape: [2, 3])).shape == [2, 3])
    }

    @Test(arguments: [UInt8(1), 2, 3])
    func allVersionsAreRead(version: UInt8) throws {
        let bytes = file(dictionary("|u1", "(2, 2)"), [0, 1, 128, 255], version: version)
        #expect(try NumPy.decode(bytes).values == [0, 1, 128, 255])
    }

    @Test func elementTypesAreCast() throws {
        let half = file(dictionary("<f2", "(3,)"), [0x00, 0x3C, 0x00, 0xC0, 0x01, 0x00])
        #expect(try NumPy.decode(half).values == [1, -2, 0x1p-24])
        let double = file(dictionary("<f8", "(1,)"), withUnsafeBytes(of: (0.1).bitPattern.littleEndian) { Array($0) })
        #expect(try NumPy.decode(double).values == [0.1])
    }

    @Test func keysMayComeInAnyOrderAndQuotes() throws {
        let text = #"{"shape":(2L,),"fortran_order":False,"descr":"|u1"}"#
        #expect(try NumPy.decode(file(text, [3, 4])).values == [3, 4])
    }

    @Test func aPieceIsReadAlone() throws {
        let values = (0..<100_000).map { Float($0) }
        let bytes = NumPy.encode(try Tensor(shape: [100_000], values: values), shape: [100_000])
        try onDisk(bytes) { url in
            let array = try NumPyFile(url, maximumBytes: 400_000)
            var piece = [Float](repeating: 0, count: 70_000)
            try piece.withUnsafeMutableBufferPointer { try array.readValues(from: 20_000, into: $0) }
            #expect(piece == Array(values[20_000..<90_000]))
        }
    }

    @Test func whatIsNotReadIsRefusedWithItsReason() throws {
        let one = dictionary("|u1", "(2,)")
        #expect(throws: NumPyError.notNumPy) { try NumPy.decode([]) }
        #expect(throws: NumPyError.notNumPy) { try NumPy.decode(Array("PK\u{3}\u{4} an archive of arrays".utf8)) }
        #expect(throws: NumPyError.unsupportedVersion(major: 4, minor: 0)) {
            try NumPy.decode(file(one, [1, 2], version: 4))
        }
        #expect(throws: NumPyError.unsupportedType(">f4")) { try NumPy.decode(file(dictionary(">f4", "(0,)"), [])) }
        #expect(throws: NumPyError.unsupportedType("|O")) { try NumPy.decode(file(dictionary("|O", "(0,)"), [])) }
        #expect(throws: NumPyError.unsupportedType("<i8")) { try NumPy.decode(file(dictionary("<i8", "(0,)"), [])) }
        #expect(throws: NumPyError.wrongLength(expected: 2, found: 1)) { try NumPy.decode(file(one, [1])) }
        #expect(throws: NumPyError.wrongLength(expected: 2, found: 3)) { try NumPy.decode(file(one, [1, 2, 3])) }
        let fortran = "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 2)}"
        #expect(throws: NumPyError.fortranOrder) { try NumPy.decode(file(fortran, [1, 2, 3, 4])) }
        #expect(throws: NumPyError.tooLarge(bytes: 2, limit: 1)) {
            try onDisk(file(one, [1, 2])) { try NumPyFile($0, maximumBytes: 1) }
        }
    }

    @Test(arguments: [
        "", "{", "{}", "{'descr': '|u1'}", "{'descr': '|u1', 'fortran_order': 0, 'shape': (1,)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (1)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (-1,)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (1,), 'more': 1}",
        "{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (1,)} and more",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999,)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (4294967296, 4294967296)}",
        "{'descr': '|u1, 'fortran_order': False, 'shape': (1,)}",
    ])
    func aBrokenHeaderIsRefused(text: String) {
        let error = #expect(throws: NumPyError.self) { try NumPy.decode(file(text, [0])) }
        guard case .malformedHeader = error else {
            Issue.record("another error: \(String(describing: error))")
            return
        }
    }

    @Test func noMutatedOrCutFileDoesMoreThanThrow() throws {
        let whole = file(dictionary("|u1", "(2, 3)"), [1, 2, 3, 4, 5, 6])
        for length in whole.indices { #expect(throws: NumPyError.self) { try NumPy.decode(Array(whole[..<length])) } }
        var state: UInt64 = 7
        func next(below limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        for _ in 0..<5_000 {
            var bytes = whole
            for _ in 0..<3 { bytes[next(below: bytes.count)] = UInt8(next(below: 256)) }
            do { _ = try NumPy.decode(bytes) } catch is NumPyError {}
        }
    }
}
