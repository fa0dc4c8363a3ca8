import Foundation

/// The directory of a zip archive (APPNOTE 4.3.12), read before the library sees the file.
///
/// What could be read in two ways ends here: entries that overlap, or records elsewhere that another reader might take for the directory.
struct ZipDirectory {
    struct Record: Hashable {
        var name: String
        var method: UInt16
        var isEncrypted: Bool
        var packedBytes: Int
        var bytes: Int
        /// Where the entry's own header begins.
        var offset: Int
    }

    private static let recordBytes = ZipDirectoryEnd.entryBytes
    private static let headerBytes = 30

    let records: [Record]
    /// Bytes of the file before the directory.
    let offset: Int

    /// - Throws: ``CheckpointError``.
    init(_ file: ZipBytes, limits: CheckpointLimits) throws {
        let end = try ZipDirectoryEnd(file)
        guard end.entries <= limits.archiveEntries else {
            throw CheckpointError.tooManyEntries(limit: limits.archiveEntries)
        }
        offset = end.offset
        var records: [Record] = []
        var position = end.offset
        for _ in 0..<end.entries {
            let (record, next) = try Self.record(file, at: position, end: end.records, limits: limits)
            records.append(record)
            position = next
        }
        guard position == end.records else {
            throw ZipBytes.malformed(position, "the directory has more than its \(end.entries) entries")
        }
        self.records = records
        try refuseOverlaps(file)
    }

    private static func record(_ file: ZipBytes, at position: Int, end: Int, limits: CheckpointLimits) throws -> (
        Record, next: Int
    ) {
        guard end - position >= recordBytes, file.number(at: position, bytes: 4) == 0x0201_4B50 else {
            throw ZipBytes.malformed(position, "an entry of the directory was expected")
        }
        let nameBytes = file.number(at: position + 28, bytes: 2)
        let extraBytes = file.number(at: position + 30, bytes: 2)
        let next = position + recordBytes + nameBytes + extraBytes + file.number(at: position + 32, bytes: 2)
        guard next <= end else { throw ZipBytes.malformed(position, "an entry reaches beyond the directory") }
        guard nameBytes <= limits.nameBytes else {
            throw ZipBytes.malformed(
                position, "the name of an entry has \(nameBytes) bytes, \(limits.nameBytes) are allowed")
        }
        let nameStart = position + recordBytes
        guard let name = file.text(at: nameStart, bytes: nameBytes) else {
            throw ZipBytes.malformed(nameStart, "the name of an entry is not UTF-8")
        }
        var fields = Wide(file, extra: nameStart + nameBytes..<nameStart + nameBytes + extraBytes)
        guard let bytes = fields.value(of: file.number(at: position + 24, bytes: 4)),
            let packedBytes = fields.value(of: file.number(at: position + 20, bytes: 4)),
            let offset = fields.value(of: file.number(at: position + 42, bytes: 4))
        else { throw ZipBytes.malformed(position, "the sizes of an entry are not given") }
        return (
            Record(
                name: name, method: UInt16(file.number(at: position + 10, bytes: 2)),
                isEncrypted: file.number(at: position + 8, bytes: 2) & 1 == 1, packedBytes: packedBytes, bytes: bytes,
                offset: offset),
            next
        )
    }

    /// Fields of four bytes that hold all ones stand for eight bytes in the zip64 extra field, in a fixed order (APPNOTE 4.5.3).
    private struct Wide {
        private let file: ZipBytes
        private var rest: Range<Int>

        init(_ file: ZipBytes, extra: Range<Int>) {
            self.file = file
            var position = extra.lowerBound
            rest = 0..<0
            while extra.upperBound - position >= 4 {
                let (id, bytes) = (file.number(at: position, bytes: 2), file.number(at: position + 2, bytes: 2))
                guard bytes <= extra.upperBound - position - 4 else { return }
                if id == 1 {
                    rest = position + 4..<position + 4 + bytes
                    return
                }
                position += 4 + bytes
            }
        }

        /// Nil when there is no such number of bytes in a file.
        mutating func value(of field: Int) -> Int? {
            guard field == 0xFFFF_FFFF else { return field }
            guard rest.count >= 8 else { return nil }
            defer { rest = rest.lowerBound + 8..<rest.upperBound }
            return file.wideNumber(at: rest.lowerBound)
        }
    }

    private func refuseOverlaps(_ file: ZipBytes) throws {
        var position = 0
        for record in records.sorted(by: { $0.offset < $1.offset }) {
            guard record.offset <= offset - Self.headerBytes,
                file.number(at: record.offset, bytes: 4) == 0x0403_4B50
            else {
                throw CheckpointError.badEntry(
                    entry: record.name, reason: "at byte \(record.offset), where it should begin, there is no entry")
            }
            guard record.offset >= position else {
                throw CheckpointError.badEntry(
                    entry: record.name, reason: "it begins at byte \(record.offset), within the entry before it")
            }
            position =
                record.offset + Self.headerBytes + file.number(at: record.offset + 26, bytes: 2)
                + file.number(at: record.offset + 28, bytes: 2)
            guard position <= offset, record.packedBytes <= offset - position else {
                throw CheckpointError.badEntry(
                    entry: record.name,
                    reason:
                        "it takes \(record.packedBytes) bytes from byte \(position), the directory begins at \(offset)")
            }
            position += record.packedBytes
        }
    }
}
