package import Foundation

/// Writes zip archives, also ones that lie: each field of the headers can be set by itself.
package struct ZipWriter {
    package struct Entry {
        package var name: String
        /// In the entry's own header; nil for the same.
        package var localName: String?
        /// As they are in the file.
        package var packed: [UInt8]
        package var method = 0
        package var flags = 0x800
        package var checksum: UInt32
        /// Unpacked, as the headers say.
        package var bytes: Int
        /// As the headers say; nil for the truth.
        package var packedBytes: Int?
        /// As the directory says; nil for the truth.
        package var offset: Int?

        package init(_ name: String, _ contents: [UInt8]) {
            self.name = name
            packed = contents
            bytes = contents.count
            checksum = ZipWriter.checksum(contents)
        }

        /// The same contents in deflate's form for what cannot be compressed (RFC 1951, 3.2.4).
        package var deflated: Entry {
            var entry = self
            entry.method = 8
            entry.packed = []
            for start in stride(from: 0, to: max(packed.count, 1), by: 0xFFFF) {
                let block = packed[start..<min(start + 0xFFFF, packed.count)]
                entry.packed.append(block.endIndex == packed.count ? 1 : 0)
                entry.packed += PickleWriter.little(block.count, bytes: 2)
                entry.packed += PickleWriter.little(~block.count, bytes: 2) + block
            }
            return entry
        }
    }

    package var entries: [Entry]
    /// Behind the directory's end, as its comment.
    package var comment: [UInt8] = []
    /// Differs from the number of entries in archives that lie.
    package var count: Int?

    package init(_ entries: [Entry]) { self.entries = entries }

    package var data: Data {
        var file: [UInt8] = []
        file.reserveCapacity(entries.reduce(1000) { $0 + $1.packed.count + 2 * $1.name.utf8.count + 100 })
        var directory: [UInt8] = []
        for entry in entries {
            let begin = file.count
            file += PickleWriter.little(0x0403_4B50, bytes: 4) + Self.header(entry, name: entry.localName ?? entry.name)
            file += PickleWriter.little(0, bytes: 2) + Array((entry.localName ?? entry.name).utf8)
            file += entry.packed
            directory += PickleWriter.little(0x0201_4B50, bytes: 4) + PickleWriter.little(20, bytes: 2)
            directory += Self.header(entry, name: entry.name)
            // Extra field, comment, part, attributes.
            directory += [UInt8](repeating: 0, count: 2 + 2 + 2 + 2 + 4)
            directory += PickleWriter.little(entry.offset ?? begin, bytes: 4) + Array(entry.name.utf8)
        }
        let start = file.count
        file += directory
        file += PickleWriter.little(0x0605_4B50, bytes: 4) + [0, 0, 0, 0]
        let count = PickleWriter.little(self.count ?? entries.count, bytes: 2)
        file += count + count + PickleWriter.little(directory.count, bytes: 4) + PickleWriter.little(start, bytes: 4)
        return Data(file + PickleWriter.little(comment.count, bytes: 2) + comment)
    }

    /// What the two headers of an entry share, up to the length of its name.
    private static func header(_ entry: Entry, name: String) -> [UInt8] {
        // Version needed, flags, method, time and date.
        let start = [20, entry.flags, entry.method, 0, 0x21].flatMap { PickleWriter.little($0, bytes: 2) }
        let sizes = [Int(entry.checksum), entry.packedBytes ?? entry.packed.count, entry.bytes]
        return start + sizes.flatMap { PickleWriter.little($0, bytes: 4) }
            + PickleWriter.little(name.utf8.count, bytes: 2)
    }

    /// CRC-32 as in ISO 3309.
    package static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~0) { $0 >> 8 ^ table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
    }

    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }
}
