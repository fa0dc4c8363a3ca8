/// The records at the end of a zip archive (APPNOTE 4.3.14 to 4.3.16).
///
/// The directory must end where the records begin, the records where the file ends: PyTorch writes no comment.
struct ZipDirectoryEnd {
    private static let recordBytes = 22
    private static let locatorBytes = 20
    private static let record64Bytes = 56
    private static let signature = 0x0605_4B50
    private static let locatorSignature = 0x0706_4B50
    /// The least that an entry takes in the directory.
    static let entryBytes = 46
    /// A comment's length has two bytes: other readers look for the end within so much.
    private static let longestComment = 0xFFFF

    let entries: Int
    /// Bytes of the file before the directory.
    let offset: Int
    /// Bytes of the file before the records, where the directory ends.
    let records: Int

    /// - Throws: ``CheckpointError``.
    init(_ file: ZipBytes) throws {
        let end = file.count - Self.recordBytes
        guard end >= 0, file.number(at: end, bytes: 4) == Self.signature, file.number(at: end + 20, bytes: 2) == 0
        else {
            throw ZipBytes.malformed(max(end, 0), "the archive's directory does not end here: it may be cut off")
        }
        guard file.number(at: end + 4, bytes: 4) == 0,
            file.number(at: end + 8, bytes: 2) == file.number(at: end + 10, bytes: 2)
        else { throw ZipBytes.malformed(end + 4, "the archive has several parts") }
        let narrow = (
            entries: file.number(at: end + 10, bytes: 2), bytes: file.number(at: end + 12, bytes: 4),
            offset: file.number(at: end + 16, bytes: 4)
        )
        var (entries, bytes, offset) = narrow
        var records = end
        let locator = end - Self.locatorBytes
        if locator >= Self.record64Bytes, file.number(at: locator, bytes: 4) == Self.locatorSignature {
            records = locator - Self.record64Bytes
            let wide = try Self.wide(file, at: records, locator: locator)
            guard narrow.entries == wide.entries || narrow.entries == 0xFFFF,
                narrow.bytes == wide.bytes || narrow.bytes == 0xFFFF_FFFF,
                narrow.offset == wide.offset || narrow.offset == 0xFFFF_FFFF
            else { throw ZipBytes.malformed(records, "the two ends of the directory contradict each other") }
            (entries, bytes, offset) = wide
        }
        guard offset <= records, bytes == records - offset else {
            throw ZipBytes.malformed(
                records,
                "the directory is said to have \(bytes) bytes from byte \(offset), it must end at byte \(records)")
        }
        guard entries <= bytes / Self.entryBytes else {
            throw ZipBytes.malformed(records, "\(entries) entries do not fit a directory of \(bytes) bytes")
        }
        (self.entries, self.offset, self.records) = (entries, offset, records)
        try Self.refuseOtherEnds(file, before: end)
    }

    private static func wide(_ file: ZipBytes, at records: Int, locator: Int) throws -> (
        entries: Int, bytes: Int, offset: Int
    ) {
        guard file.wideNumber(at: locator + 8) == records, file.number(at: records, bytes: 4) == 0x0606_4B50,
            file.wideNumber(at: records + 4) == record64Bytes - 12
        else { throw ZipBytes.malformed(locator, "the end of the zip64 directory is not where it is said to be") }
        guard file.wideNumber(at: records + 16) == 0,
            let entries = file.wideNumber(at: records + 32), entries == file.wideNumber(at: records + 24)
        else { throw ZipBytes.malformed(records + 16, "the archive has several parts") }
        guard let bytes = file.wideNumber(at: records + 40), let offset = file.wideNumber(at: records + 48) else {
            throw ZipBytes.malformed(records + 40, "the directory cannot be so large")
        }
        return (entries, bytes, offset)
    }

    /// The library tries whatever looks like an end within a comment's reach, and makes room for as many entries as a zip64 end claims.
    /// Among values eight such bytes do not come by chance.
    private static func refuseOtherEnds(_ file: ZipBytes, before end: Int) throws {
        for position in max(end - longestComment, locatorBytes)..<max(end, locatorBytes)
        where file.number(at: position, bytes: 4) == signature
            && file.number(at: position - locatorBytes, bytes: 4) == locatorSignature
        {
            throw ZipBytes.malformed(position, "the archive has a second end of a directory")
        }
    }
}
