package import Foundation

/// Replaces a file as a whole: until the new bytes are on the disk, whatever happens, the old ones stand.
package enum DurableWrite {
    /// What a file is called until it is whole.
    static let suffix = ".unfinished"

    /// - Throws: ``TrainingError/unwritable(path:reason:)``, with nothing left behind.
    package static func replace(_ url: URL, with data: Data) throws {
        let path = url.path(percentEncoded: false)
        let temporary = path + suffix
        func failure() -> TrainingError { .unwritable(path: path, reason: reason(errno)) }
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure() }
        do {
            defer { close(descriptor) }
            try data.withUnsafeBytes { bytes in
                var written = 0
                while written < bytes.count {
                    let count = write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
                    if count < 0 && errno == EINTR { continue }
                    guard count > 0 else { throw failure() }
                    written += count
                }
            }
            guard fsync(descriptor) == 0 else { throw failure() }
            guard rename(temporary, path) == 0 else { throw failure() }
        } catch {
            unlink(temporary)
            throw error
        }
        // The new name is on the disk only when the directory is.
        let directory = open(url.deletingLastPathComponent().path(percentEncoded: false), O_RDONLY | O_DIRECTORY)
        guard directory >= 0 else { throw failure() }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw failure() }
    }

    private static func reason(_ code: Int32) -> String {
        switch code {
        case ENOSPC, EDQUOT: "no space is left"
        case EFBIG: "it would be larger than files may be here"
        case EACCES, EPERM: "this user may not write there"
        case EROFS: "what is there is read-only"
        case ENOENT, ENOTDIR: "there is no such directory"
        default: String(cString: strerror(code))
        }
    }
}
