package import Foundation

/// A file open for reading at any offset. Nothing of it is kept in memory.
package final class RandomAccessFile: Sendable {
    package let count: Int
    private let descriptor: Int32

    /// - Throws: ``NumPyError/unreadable(_:)``, also for what is not a regular file.
    package init(_ url: URL) throws {
        let descriptor = open(url.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw NumPyError.unreadable(String(cString: strerror(errno))) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw NumPyError.unreadable("not a regular file")
        }
        self.descriptor = descriptor
        count = Int(status.st_size)
    }

    deinit { close(descriptor) }

    /// Up to `count` bytes from `offset`; fewer at the end of the file.
    package func bytes(at offset: Int, count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            initialized = try readSome(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
        }
    }

    /// Fills the buffer.
    /// - Throws: ``NumPyError/unreadable(_:)`` when the file ends before.
    package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        guard try readSome(at: offset, into: buffer) == buffer.count else {
            throw NumPyError.unreadable("it became shorter while it was read")
        }
    }

    private func readSome(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard let base = buffer.baseAddress, offset >= 0 else { return 0 }
        var done = 0
        while done < buffer.count {
            let read = pread(descriptor, base + done, buffer.count - done, off_t(offset + done))
            if read < 0 {
                if errno == EINTR { continue }
                throw NumPyError.unreadable(String(cString: strerror(errno)))
            }
            if read == 0 { break }
            done += read
        }
        return done
    }
}
