import CZip
import Foundation

/// The entries of a zip archive that nobody vouches for. Only stored and deflated ones; nothing is written to a file system.
final class ZipArchive {
    struct Entry {
        var index: UInt64
        var name: String
        /// Unpacked bytes, as the directory says; ``ZipArchive/read(_:)`` sees to it that it is true.
        var bytes: Int
    }

    /// By name, less the folder that all of them lie in.
    let entries: [String: Entry]
    private let archive: OpaquePointer

    /// Small entries may be packed as tightly as they like.
    private static let smallBytes = 1 << 16

    /// Opens an archive, checks its directory against the entries' headers, and runs `body` with it.
    /// - Throws: ``CheckpointError``.
    static func withArchive<R>(_ data: Data, limits: CheckpointLimits, _ body: (ZipArchive) throws -> R) throws -> R {
        try data.withUnsafeBytes { bytes in
            let directory = try ZipDirectory(ZipBytes(bytes), limits: limits)
            let entries = try list(directory, fileBytes: bytes.count, limits: limits)
            let archive = try ZipArchive(bytes, directory: directory, entries: entries)
            try archive.compare(with: directory)
            return try body(archive)
        }
    }

    /// - Parameter bytes: outlive the archive.
    private init(_ bytes: UnsafeRawBufferPointer, directory: ZipDirectory, entries: [String: Entry]) throws {
        var error = zip_error_t()
        zip_error_init(&error)
        defer { zip_error_fini(&error) }
        guard let source = zip_source_buffer_create(bytes.baseAddress, UInt64(bytes.count), 0, &error) else {
            throw CheckpointError.unreadable(String(cString: zip_error_strerror(&error)))
        }
        guard let archive = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error) else {
            zip_source_free(source)
            throw ZipBytes.malformed(
                directory.offset,
                "the archive's directory is not what its entries say: \(String(cString: zip_error_strerror(&error)))")
        }
        self.archive = archive
        self.entries = entries
    }

    deinit { zip_discard(archive) }

    private static func list(_ directory: ZipDirectory, fileBytes: Int, limits: CheckpointLimits) throws -> [String:
        Entry]
    {
        var entries: [String: Entry] = [:]
        var folder: Substring?
        var total = 0
        for (index, record) in directory.records.enumerated() {
            let parts = record.name.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count >= 2, !parts.contains(where: { ["", ".", ".."].contains($0) }),
                !record.name.unicodeScalars.contains(where: { $0 == "\\" || $0 == "\0" }),
                parts[0] == folder ?? parts[0]
            else {
                throw CheckpointError.badEntry(
                    entry: record.name, reason: "entries lie in one folder, under plain relative names")
            }
            folder = parts[0]
            if let reason = refusal(of: record, limits) {
                throw CheckpointError.badEntry(entry: record.name, reason: reason)
            }
            total += record.bytes
            // Many entries, each of which may be so large, are too much together.
            guard total <= limits.bytes, total / limits.compressionRatio <= fileBytes else {
                throw CheckpointError.badEntry(
                    entry: record.name,
                    reason: "up to this entry the archive unpacks to \(total) bytes, which is too much")
            }
            let name = parts.dropFirst().joined(separator: "/")
            let entry = Entry(index: UInt64(index), name: record.name, bytes: record.bytes)
            guard entries.updateValue(entry, forKey: name) == nil else {
                throw CheckpointError.badEntry(entry: record.name, reason: "the name occurs twice")
            }
        }
        return entries
    }

    /// Why an entry is not read; nil when it is.
    private static func refusal(of record: ZipDirectory.Record, _ limits: CheckpointLimits) -> String? {
        let (bytes, packed) = (record.bytes, record.packedBytes)
        guard !record.isEncrypted else { return "it is encrypted" }
        guard bytes <= limits.bytes else {
            return "it is said to unpack to \(bytes) bytes, \(limits.bytes) are allowed"
        }
        switch Int32(record.method) {
        case ZIP_CM_STORE:
            return bytes == packed ? nil : "it is stored as it is, yet \(packed) bytes are said to be \(bytes)"
        case ZIP_CM_DEFLATE:
            return bytes <= smallBytes || bytes / limits.compressionRatio < packed
                ? nil : "\(packed) bytes unpack to \(bytes), more than \(limits.compressionRatio) times as much"
        default: return "it is compressed by the method \(record.method), only deflate is known"
        }
    }

    /// The library reads the directory too: it must have found the same one.
    private func compare(with directory: ZipDirectory) throws {
        guard zip_get_num_entries(archive, 0) == Int64(directory.records.count) else {
            throw ZipBytes.malformed(directory.offset, "the archive has more than one directory")
        }
        let needed = UInt64(ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD)
        for (index, record) in directory.records.enumerated() {
            var facts = zip_stat_t()
            guard zip_stat_index(archive, UInt64(index), ZIP_FL_ENC_RAW, &facts) == 0, facts.valid & needed == needed,
                facts.size == UInt64(record.bytes), facts.comp_size == UInt64(record.packedBytes),
                facts.comp_method == record.method, facts.encryption_method == UInt16(ZIP_EM_NONE),
                let name = zip_get_name(archive, UInt64(index), ZIP_FL_ENC_RAW), String(cString: name) == record.name
            else {
                throw CheckpointError.badEntry(entry: record.name, reason: "the archive has more than one directory")
            }
        }
    }

    /// An entry's unpacked bytes, checked against its length and checksum.
    /// - Throws: ``CheckpointError``.
    func read(_ entry: Entry) throws -> Data {
        guard let file = zip_fopen_index(archive, entry.index, 0) else {
            throw CheckpointError.badEntry(entry: entry.name, reason: String(cString: zip_strerror(archive)))
        }
        defer { zip_fclose(file) }
        var data = Data(count: entry.bytes)
        var filled = 0
        while filled < entry.bytes {
            let count = data.withUnsafeMutableBytes { buffer in
                zip_fread(file, buffer.baseAddress?.advanced(by: filled), UInt64(entry.bytes - filled))
            }
            guard count > 0 else { throw damaged(entry, file) }
            filled += Int(count)
        }
        // The library compares the checksum when it meets the end.
        var beyond: UInt8 = 0
        guard zip_fread(file, &beyond, 1) == 0 else { throw damaged(entry, file) }
        return data
    }

    private func damaged(_ entry: Entry, _ file: OpaquePointer) -> CheckpointError {
        let error = zip_file_get_error(file)
        let reason = error.map {
            zip_error_code_zip($0) == ZIP_ER_OK
                ? "its length is not what the directory says" : String(cString: zip_error_strerror($0))
        }
        return .badEntry(entry: entry.name, reason: "it is damaged: \(reason ?? "")")
    }
}
