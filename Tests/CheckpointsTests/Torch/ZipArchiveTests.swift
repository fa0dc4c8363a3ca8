import Checkpoints
import Foundation
import TestSupport
import Tensors
import Testing

/// Archives whose directory and entries tell different stories, or more than there is.
@Suite struct ZipArchiveTests {
    private static let file = TorchFile([.init("a", [4], [1, 2, 3, 4])])

    private func read(_ archive: ZipWriter) throws -> Checkpoint {
        try Checkpoint.read(archive.data, limits: CheckpointLimits())
    }

    private func message(_ change: (inout ZipWriter) -> Void) throws -> String {
        var archive = Self.file.archive
        change(&archive)
        let error = #expect(throws: CheckpointError.self) { try read(archive) }
        return try #require(error).description
    }

    @Test("Stored and deflated entries are read alike")
    func methods() throws {
        var archive = Self.file.archive
        #expect(try read(archive)[name: "a"]?.tensor().values == [1, 2, 3, 4])
        archive.entries = archive.entries.map(\.deflated)
        #expect(try read(archive)[name: "a"]?.tensor().values == [1, 2, 3, 4])
    }

    @Test(
        "Names that lead elsewhere are refused",
        arguments: [
            "../a", "archive/../../a", "/etc/passwd", "archive//a", "archive/./a", "archive\\a", "a", "archive/",
            "elsewhere/data/7", "",
        ])
    func paths(_ name: String) throws {
        let message = try message { $0.entries.append(.init(name, [1])) }
        #expect(message.contains("under plain relative names"))
    }

    @Test("A name that occurs twice is refused")
    func duplicates() throws {
        #expect(
            try message { $0.entries.append($0.entries[2]) }.contains(
                "archive/data/0 is not valid: the name occurs twice"))
    }

    @Test("A name that is too long is refused")
    func longName() throws {
        let name = "archive/" + String(repeating: "n", count: 993)
        #expect(try message { $0.entries.append(.init(name, [1])) }.contains("has 1001 bytes, 1000 are allowed"))
    }

    @Test("Directory and entry must have the same name")
    func names() throws {
        #expect(try message { $0.entries[2].localName = "archive/data/1" }.contains("not what its entries say"))
    }

    @Test("Entries may not overlap")
    func overlaps() throws {
        // The second lies within the first, whose bytes hold a header of their own.
        var inner = ZipWriter([.init("archive/data/1", [9])])
        inner.entries[0].offset = 0
        let outer = ZipWriter.Entry("archive/data/9", Array(inner.data.prefix(30 + 14 + 1)))
        let message = try message {
            $0.entries.insert(outer, at: 0)
            var entry = inner.entries[0]
            entry.offset = 30 + outer.name.utf8.count
            $0.entries.append(entry)
        }
        #expect(message.contains("within the entry before it"))
    }

    @Test(
        "An entry begins where there is one",
        arguments: [1, 0x7FFF_FFFF, 0xFFFF_FFFE])
    func offsets(_ offset: Int) throws {
        let message = try message { $0.entries[2].offset = offset }
        #expect(message.contains("at byte \(offset), where it should begin, there is no entry"))
    }

    @Test("Sizes that lie are refused")
    func sizes() throws {
        let name = "archive/data/0 is not valid"
        #expect(try message { $0.entries[2].bytes = 17 }.contains("16 bytes are said to be 17"))
        #expect(try message { $0.entries[2].packedBytes = 1 << 20 }.contains("\(name): it takes 1048576 bytes"))
        #expect(try message { $0.entries[2].bytes = 0xFFFF_FFF0 }.contains("2147483648 are allowed"))
        #expect(try message { $0.entries[2].bytes = 0xFFFF_FFFF }.contains("the sizes of an entry are not given"))
        for bytes in [12, 20, 64 << 10] {
            let message = try message {
                $0.entries[2] = $0.entries[2].deflated
                $0.entries[2].bytes = bytes
                // The tensor would fit.
                $0.entries[0] = .init(
                    "archive/data.pkl",
                    TorchFile([.init("a", [bytes / 4], [Float](repeating: 0, count: bytes / 4))]).pickle)
            }
            #expect(message.contains(name), "\(bytes)")
        }
    }

    @Test("What unpacks to far more than it takes is a bomb, in one entry or in many")
    func bombs() throws {
        let bomb = ZipWriter.Entry("archive/data/7", [UInt8](repeating: 0, count: 1000))
        #expect(
            try message {
                var entry = bomb.deflated
                entry.bytes = 200_000
                $0.entries.append(entry)
            }.contains("more than 100 times as much"))
        #expect(
            try message { archive in
                for number in 0..<3000 {
                    var entry = ZipWriter.Entry("archive/data/x\(number)", [0]).deflated
                    entry.bytes = 60_000
                    archive.entries.append(entry)
                }
            }.contains("which is too much"))
    }

    @Test("Values that were changed are noticed by their checksum")
    func checksum() throws {
        #expect(try message { $0.entries[2].packed[3] ^= 1 }.contains("archive/data/0 is not valid: it is damaged"))
        #expect(try message { $0.entries[0].checksum ^= 1 }.contains("archive/data.pkl is not valid: it is damaged"))
    }

    @Test("Encrypted entries and other methods are refused")
    func unreadable() throws {
        #expect(try message { $0.entries[2].flags |= 1 }.contains("it is encrypted"))
        for method in [1, 9, 12, 14, 93, 99] {
            #expect(
                try message { $0.entries[2].method = method }.contains("by the method \(method), only deflate is known")
            )
        }
    }

    @Test("The directory ends where the file ends, once")
    func ends() throws {
        #expect(try message { $0.comment = [1, 2, 3] }.contains("does not end here"))
        #expect(try message { $0.comment = Array(ZipWriter([]).data.suffix(22)) }.contains("it must end at byte"))
        for count in [0, 3, 5, 40] {
            let message = try message { $0.count = count }
            #expect(
                message.contains("of the directory") || message.contains("directory has more")
                    || message.contains("do not fit"), "\(message)")
        }
    }

    @Test("A second end, where the library would make room for billions of entries, is refused")
    func secondEnd() throws {
        let record: [UInt8] =
            PickleWriter.little(0x0606_4B50, bytes: 4) + PickleWriter.little(44, bytes: 8) + [45, 0, 45, 0]
            + PickleWriter.little(0, bytes: 8) + PickleWriter.little(1 << 40, bytes: 8)
            + PickleWriter.little(1 << 40, bytes: 8) + PickleWriter.little(0, bytes: 16)
        let locator: [UInt8] =
            PickleWriter.little(0x0706_4B50, bytes: 4) + PickleWriter.little(0, bytes: 12)
            + PickleWriter.little(1, bytes: 4)
        let end: [UInt8] =
            PickleWriter.little(0x0605_4B50, bytes: 4) + [0, 0, 0, 0] + [UInt8](repeating: 0xFF, count: 12) + [0, 0]
        #expect(
            try message { $0.entries.append(.init("archive/x", record + locator + end)) }
                .contains("a second end of a directory"))
    }

    @Test("More entries than are allowed are refused")
    func count() throws {
        var limits = CheckpointLimits()
        limits.archiveEntries = 3
        #expect(throws: CheckpointError.tooManyEntries(limit: 3)) {
            try Checkpoint.read(Self.file.archive.data, limits: limits)
        }
    }

    @Test("Archives of other programs are refused")
    func others() throws {
        #expect(try message { $0.entries.removeFirst() }.contains("the archive has no such entry"))
        #expect(try message { $0.entries = [.init("arr_0.npy", [1, 2])] }.contains("under plain relative names"))
        for name in ["archive/constants.pkl", "archive/code/__torch__.py"] {
            #expect(try message { $0.entries.append(.init(name, [1])) }.contains("TorchScript"))
        }
    }

    @Test("The byte order is one of two")
    func byteOrder() throws {
        for text in ["", "middle", "little ", "BIG", String(repeating: "x", count: 1000)] {
            let message = try message { $0.entries[1] = .init("archive/byteorder", Array(text.utf8)) }
            #expect(message.contains("archive/byteorder is not valid: it says neither little nor big"))
        }
    }
}
