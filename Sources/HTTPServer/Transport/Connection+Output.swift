import Foundation
import Glibc

/// Writing: at once when the system has room, else when the socket says so.
extension Connection {
    /// Returns when the system has taken all bytes. Calls from several tasks go out one after the other.
    /// - Throws: ``BodyError/clientClosed``, ``BodyError/timedOut``; after either nothing more can be sent.
    func send(_ bytes: [UInt8], more: Bool) async throws(BodyError) {
        while isSending { await withCheckedContinuation { sendQueue.append($0) } }
        isSending = true
        defer {
            isSending = false
            let waiting = sendQueue
            sendQueue = []
            for sender in waiting { sender.resume() }
        }
        var sent = 0
        while sent < bytes.count {
            guard inputState != .broken, let descriptor else { throw .clientClosed }
            let transfer = bytes.withUnsafeBytes {
                descriptor.send(UnsafeRawBufferPointer(rebasing: $0[sent...]), more: more)
            }
            switch transfer {
            case .bytes(let number):
                sent += number
                context.registry.noteSent(number)
            case .wouldBlock: try await waitForRoom()
            case .ended, .failed:
                breakOff()
                throw .clientClosed
            }
        }
    }

    func send(_ file: Descriptor, offset: Int, length: Int) async throws {
        var (position, left) = (offset, length)
        while left > 0 {
            let wanted = min(left, loop.scratch.count)
            let piece = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
                count = file.read(into: UnsafeMutableRawBufferPointer(buffer), at: position) ?? 0
            }
            // Shorter than promised: the client must not take what it has for the whole.
            guard !piece.isEmpty else { throw ProtocolError.unsendableResponse }
            position += piece.count
            left -= piece.count
            try await send(piece, more: left > 0)
            // A fast client never makes us wait; others on the loop get their turn.
            await Task.yield()
        }
    }

    private func waitForRoom() async throws(BodyError) {
        hasWriteTimedOut = false
        writeDeadline = .after(context.limits.writeTimeout)
        await withCheckedContinuation {
            writers.append($0)
            waitForRoom(true)
        }
        waitForRoom(false)
        writeDeadline = nil
        if hasWriteTimedOut {
            breakOff()
            throw .timedOut
        }
    }

    func wakeWriters() {
        let woken = writers
        writers = []
        for writer in woken { writer.resume() }
    }
}

extension Descriptor {
    enum Side {
        case writing
        case both
    }

    func shutDown(_ side: Side) {
        switch side {
        case .writing: shutdown(number, Int32(SHUT_WR))
        case .both: shutdown(number, Int32(SHUT_RDWR))
        }
    }

    /// A regular file; nil when there is none or it may not be read.
    static func openForReading(_ url: URL) -> Descriptor? {
        let number = Glibc.open(url.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard number >= 0 else { return nil }
        let descriptor = Descriptor(number)
        var facts = stat()
        guard fstat(number, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return nil }
        return descriptor
    }
}
