import Foundation

/// The records at the end of a zip archive (APPNOTE 4.3.14 to 4.3.16), read before the library sees the file: they tell how much it would
/// allocate, and archives that could be read in two ways end here.
///
/// The directory must end where the records begin, the records where the file ends: PyTorch writes no comment.
struct ZipDirectoryEnd {
    static let recordBytes = 22
    static let locatorBytes = 20
    static let record64Bytes = 56
    /// The least that an entry takes in the directory.
    static let entryBytes = 46

    let entries: Int
    /// Bytes of the file before the directory.
    let offset: Int

    struct Malformed: Error {
        var offset: Int
        var reason: String
    }

    init(_ data: Data) throws {
        let end = data.count - Self.recordBytes
        func field(_ offset: Int, _ bytes: Int) -> UInt64 {
            data.dropFirst(offset).prefix(bytes).reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        guard end >= 0, field(end, 4) == 0x0605_4B50, field(end + 20, 2) == 0 else {
            throw Malformed(offset: max(end, 0), reason: "the archive's directory does not end here: it may be cut off")
        }
        guard field(end + 4, 4) == 0, field(end + 8, 2) == field(end + 10, 2) else {
            throw Malformed(offset: end + 4, reason: "the archive has several parts")
        }
        var (count, size, start) = (field(end + 10, 2), field(end + 12, 4), field(end + 16, 4))
        var records = end
        let locator = end - Self.locatorBytes
        if locator >= Self.record64Bytes, field(locator, 4) == 0x0706_4B50 {
            records = locator - Self.record64Bytes
            guard field(locator + 8, 8) == UInt64(records), field(records, 4) == 0x0606_4B50,
                field(records + 4, 8) == UInt64(Self.record64Bytes - 12)
            else {
                throw Malformed(offset: locator, reason: "the end of the zip64 directory is not where it is said to be")
            }
            guard field(records + 16, 8) == 0, field(records + 24, 8) == field(records + 32, 8) else {
                throw Malformed(offset: records + 16, reason: "the archive has several parts")
            }
            let wide = (field(records + 32, 8), field(records + 40, 8), field(records + 48, 8))
            guard count == wide.0 || count == 0xFFFF, size == wide.1 || size == 0xFFFF_FFFF,
                start == wide.2 || start == 0xFFFF_FFFF
            else { throw Malformed(offset: records, reason: "the two ends of the directory contradict each other") }
            (count, size, start) = wide
        }
        guard start <= UInt64(records), size == UInt64(records) - start else {
            throw Malformed(
                offset: records,
                reason: "the directory is said to have \(size) bytes from byte \(start), it must end at byte \(records)"
            )
        }
        guard count <= size / UInt64(Self.entryBytes) else {
            throw Malformed(offset: records, reason: "\(count) entries do not fit a directory of \(size) bytes")
        }
        entries = Int(count)
        offset = Int(start)
    }
}
