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
    private(set) var entries: [String: Entry] = [:]
    private let archive: OpaquePointer
    private static let format = CheckpointFormat.torchZip

    /// Small entries may be packed as tightly as they like.
    private static let smallBytes = 1 << 16

    /// Opens an archive, checks its directory against the entries' headers, and runs `body` with it.
    /// - Throws: ``CheckpointError``.
    static func withArchive<R>(_ data: Data, limits: CheckpointLimits, _ body: (ZipArchive) throws -> R) throws -> R {
        let end: ZipDirectoryEnd
        do {
            end = try ZipDirectoryEnd(data)
        } catch let error as ZipDirectoryEnd.Malformed {
            throw CheckpointError.malformed(format: format, offset: error.offset, reason: error.reason)
        }
        guard end.entries <= limits.archiveEntries else {
            throw CheckpointError.tooManyEntries(limit: limits.archiveEntries)
        }
        return try data.withUnsafeBytes { bytes in
            let archive = try ZipArchive(bytes, directory: end.offset)
            try archive.list(fileBytes: bytes.count, limits: limits)
            return try body(archive)
        }
    }

    /// - Parameter bytes: outlive the archive.
    private init(_ bytes: UnsafeRawBufferPointer, directory: Int) throws {
        var error = zip_error_t()
        zip_error_init(&error)
        defer { zip_error_fini(&error) }
        guard let source = zip_source_buffer_create(bytes.baseAddress, UInt64(bytes.count), 0, &error) else {
            throw CheckpointError.unreadable(String(cString: zip_error_strerror(&error)))
        }
        guard let archive = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error) else {
            zip_source_free(source)
            throw CheckpointError.malformed(
                format: Self.format, offset: directory,
                reason: "the archive's directory is not valid: \(String(cString: zip_error_strerror(&error)))")
        }
        self.archive = archive
    }

    deinit { zip_discard(archive) }

    private func list(fileBytes: Int, limits: CheckpointLimits) throws {
        var folder: Substring?
        var total = 0
        for index in 0..<UInt64(max(zip_get_num_entries(archive, 0), 0)) {
            let path = try name(index)
            let parts = path.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count >= 2, !parts.contains(where: { ["", ".", ".."].contains($0) }), !path.contains("\\"),
                parts[0] == folder ?? parts[0]
            else {
                throw CheckpointError.badEntry(
                    entry: path, reason: "entries lie in one folder, under plain relative names")
            }
            folder = parts[0]
            let bytes = try unpackedBytes(index, path, limits)
            total += bytes
            // What overlaps or repeats costs the file nothing; this bounds the memory by the file all the same.
            guard total <= limits.bytes, total / limits.compressionRatio <= fileBytes else {
                throw CheckpointError.badEntry(
                    entry: path, reason: "up to this entry the archive unpacks to \(total) bytes, which is too much")
            }
            let name = parts.dropFirst().joined(separator: "/")
            guard entries.updateValue(Entry(index: index, name: path, bytes: bytes), forKey: name) == nil else {
                throw CheckpointError.badEntry(entry: path, reason: "the name occurs twice")
            }
        }
    }

    private func name(_ index: UInt64) throws -> String {
        guard let raw = zip_get_name(archive, index, ZIP_FL_ENC_RAW), let name = String(validatingCString: raw) else {
            throw CheckpointError.badEntry(entry: "number \(index)", reason: "its name is not UTF-8")
        }
        return name
    }

    private func unpackedBytes(_ index: UInt64, _ name: String, _ limits: CheckpointLimits) throws -> Int {
        var facts = zip_stat_t()
        let needed = UInt64(ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD)
        guard zip_stat_index(archive, index, 0, &facts) == 0, facts.valid & needed == needed else {
            throw CheckpointError.badEntry(entry: name, reason: "its sizes are not known")
        }
        guard facts.encryption_method == UInt16(ZIP_EM_NONE) else {
            throw CheckpointError.badEntry(entry: name, reason: "it is encrypted")
        }
        let (size, packed) = (facts.size, facts.comp_size)
        guard size <= UInt64(limits.bytes) else {
            throw CheckpointError.badEntry(
                entry: name, reason: "it is said to unpack to \(size) bytes, \(limits.bytes) are allowed")
        }
        switch Int32(facts.comp_method) {
        case ZIP_CM_STORE:
            guard size == packed else {
                throw CheckpointError.badEntry(
                    entry: name, reason: "it is stored as it is, yet \(packed) bytes are said to be \(size)")
            }
        case ZIP_CM_DEFLATE:
            guard size <= UInt64(Self.smallBytes) || size / UInt64(limits.compressionRatio) < packed else {
                throw CheckpointError.badEntry(
                    entry: name,
                    reason: "\(packed) bytes unpack to \(size), more than \(limits.compressionRatio) times as much")
            }
        default:
            throw CheckpointError.badEntry(
                entry: name, reason: "it is compressed by the method \(facts.comp_method), only deflate is known")
        }
        return Int(size)
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
