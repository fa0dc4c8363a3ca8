import Foundation

/// A lock of the content under one hash, against threads and other processes alike: an open file description lock (fcntl(2)) on one byte of a file
/// that stays empty. The system lets go of it when its process dies.
final class ContentLock: Sendable {
    private let descriptor: Int32

    /// `F_OFD_SETLK` and `F_OFD_SETLKW`, which Glibc shows only with `_GNU_SOURCE`.
    private enum Command {
        static let attempt: Int32 = 37
        static let wait: Int32 = 38
    }

    /// Keeps others from removing the content; waits while one is about to.
    /// - Parameter file: the lock file of the data directory.
    static func share(_ sha256: String, file: URL) throws -> ContentLock {
        let lock = try ContentLock(file)
        guard try lock.take(Int16(F_RDLCK), place: place(sha256), Command.wait) else {
            throw StoreError.file(operation: "locking content", code: EAGAIN)
        }
        return lock
    }

    /// Keeps others from using the content.
    /// - Returns: nil when somebody does.
    static func own(_ sha256: String, file: URL) throws -> ContentLock? {
        let lock = try ContentLock(file)
        return try lock.take(Int16(F_WRLCK), place: place(sha256), Command.attempt) ? lock : nil
    }

    private init(_ file: URL) throws {
        let path = file.path(percentEncoded: false)
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StoreError.system("opening the lock file of content", path: path) }
    }

    /// Unlocks before it closes: a child process that is being started has a copy of the descriptor for a moment, and with it the lock.
    deinit {
        var all = flock(l_type: Int16(F_UNLCK), l_whence: Int16(SEEK_SET), l_start: 0, l_len: 0, l_pid: 0)
        _ = fcntl(descriptor, Command.attempt, &all)
        close(descriptor)
    }

    /// 60 bits of the hash. Two contents that share a place only wait for each other.
    private static func place(_ sha256: String) -> Int { Int(sha256.prefix(15), radix: 16) ?? 0 }

    private func take(_ kind: Int16, place: Int, _ command: Int32) throws -> Bool {
        var lock = flock(l_type: kind, l_whence: Int16(SEEK_SET), l_start: off_t(place), l_len: 1, l_pid: 0)
        while fcntl(descriptor, command, &lock) != 0 {
            switch errno {
            case EINTR: continue
            case EAGAIN, EACCES: return false
            default: throw StoreError.file(operation: "locking content", code: errno)
            }
        }
        return true
    }
}
