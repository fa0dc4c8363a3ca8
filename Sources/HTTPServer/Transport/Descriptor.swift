import Glibc

/// A file descriptor that is closed when the last one who uses it lets go. A dispatch source holds it until it is cancelled, so that its
/// number is never reused under it.
final class Descriptor: Sendable {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    deinit { close(number) }

    /// Reading and writing never block, and child processes do not inherit it.
    func makeNonBlocking() {
        _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK)
        _ = fcntl(number, F_SETFD, FD_CLOEXEC)
    }

    func set(_ level: Int32, _ option: Int32) {
        var one: Int32 = 1
        setsockopt(number, level, option, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    enum Transfer {
        case bytes(Int)
        /// The peer has closed its side.
        case ended
        case wouldBlock
        case failed(code: Int32)
    }

    func receive(into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
        while true {
            let number = recv(self.number, buffer.baseAddress, buffer.count, 0)
            if number > 0 { return .bytes(number) }
            if number == 0 { return .ended }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .wouldBlock
            case let code: return .failed(code: code)
            }
        }
    }

    /// - Parameter more: further bytes follow at once, so the system may wait to fill a packet.
    func send(_ bytes: UnsafeRawBufferPointer, more: Bool) -> Transfer {
        // Without MSG_NOSIGNAL a client that went away would kill the process.
        let flags = Int32(MSG_NOSIGNAL) | (more ? Int32(MSG_MORE) : 0)
        while true {
            let number = Glibc.send(self.number, bytes.baseAddress, bytes.count, flags)
            if number >= 0 { return .bytes(number) }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .wouldBlock
            case let code: return .failed(code: code)
            }
        }
    }

    /// Up to the buffer's bytes from a place of a file; nil when they cannot be read.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) -> Int? {
        while true {
            let number = pread(self.number, buffer.baseAddress, buffer.count, offset)
            if number >= 0 { return number }
            guard errno == EINTR else { return nil }
        }
    }
}
