import Crypto
import Foundation
import Synchronization

/// Bytes on their way in, hashed while they are written to the disk.
///
/// What is not finished leaves nothing behind.
package final class Upload: Sendable {
    private struct File {
        var descriptor: Int32
        var hash = SHA256()
        var bytes = 0
    }
    private let directory: DataDirectory
    private let shelf: ContentShelf
    private let url: URL
    /// Nil when finished or cancelled.
    private let file: Mutex<File?>

    init(directory: DataDirectory, shelf: ContentShelf) throws {
        self.directory = directory
        self.shelf = shelf
        url = directory.incoming.appending(path: DataDirectory.uploadPrefix + UUID().uuidString)
        let path = url.path(percentEncoded: false)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StoreError.system("starting an upload", path: path) }
        // Tells a process that opens the directory meanwhile that somebody works on it.
        guard flock(descriptor, LOCK_SH | LOCK_NB) == 0 else {
            defer { close(descriptor) }
            throw StoreError.system("locking an upload", path: path)
        }
        file = Mutex(File(descriptor: descriptor))
    }

    deinit { cancel() }

    package var bytesWritten: Int { file.withLock { $0?.bytes ?? 0 } }

    /// Appends bytes.
    /// - Throws: ``StoreError/diskFull`` and its like; the upload can then only be cancelled.
    package func write(_ bytes: [UInt8]) throws {
        try file.withLock { file in
            guard let descriptor = file?.descriptor else { throw StoreError.uploadClosed }
            try bytes.withUnsafeBytes { buffer in
                var rest = buffer[...]
                while !rest.isEmpty {
                    let written = Foundation.write(
                        descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                    if written < 0 && errno == EINTR { continue }
                    guard written > 0 else {
                        throw StoreError.system("writing an upload", path: url.path(percentEncoded: false))
                    }
                    rest = rest.dropFirst(written)
                }
                file?.hash.update(bufferPointer: buffer)
            }
            file?.bytes += bytes.count
        }
    }

    /// Makes the bytes so far durable, where they are.
    func synchronize() throws {
        try file.withLock { file in
            guard let descriptor = file?.descriptor else { throw StoreError.uploadClosed }
            guard fsync(descriptor) == 0 else {
                throw StoreError.system("synchronising an upload", path: url.path(percentEncoded: false))
            }
        }
    }

    /// Makes the bytes durable under their hash. The same bytes again take no further space.
    package func finish() throws -> Content {
        try file.withLock { file in
            guard let finished = file else { throw StoreError.uploadClosed }
            guard fsync(finished.descriptor) == 0 else {
                throw StoreError.system("synchronising an upload", path: url.path(percentEncoded: false))
            }
            let sha256 = finished.hash.finalize().hexadecimal
            let hold = try shelf.hold(sha256)
            let target = directory.contentURL(sha256: sha256)
            let folder = target.deletingLastPathComponent()
            try DurableFile.makeDirectory(folder, within: directory.content)
            // An older file of the same name has the same bytes, or was damaged and is repaired by this.
            guard rename(url.path(percentEncoded: false), target.path(percentEncoded: false)) == 0 else {
                throw StoreError.system("storing an upload", path: target.path(percentEncoded: false))
            }
            close(finished.descriptor)
            file = nil
            try DurableFile.synchronize(directory: folder)
            return Content(sha256: sha256, bytes: finished.bytes, url: target, hold: hold)
        }
    }

    /// Removes what was written. Does nothing after ``finish()``.
    package func cancel() {
        file.withLock { file in
            guard let descriptor = file?.descriptor else { return }
            close(descriptor)
            unlink(url.path(percentEncoded: false))
            file = nil
        }
    }
}
