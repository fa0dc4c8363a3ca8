import Dispatch
import Glibc
import Synchronization

/// The standard output of a child, read as it comes.
final class ChildOutput: Sendable {
    private let descriptor: Int32
    /// What was read and not handed out yet.
    private let pending = Mutex<[UInt8]>([])

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// The text up to and including `end`, or to the end of the output. One caller at a time.
    func text(through end: String) async -> String {
        await onThread { [self] in
            var bytes = pending.withLock { $0 }
            let end = Array(end.utf8)
            while true {
                if let range = bytes.firstRange(of: end) {
                    pending.withLock { $0 = Array(bytes[range.upperBound...]) }
                    return String(decoding: bytes[..<range.upperBound], as: UTF8.self)
                }
                guard let more = read(), !more.isEmpty else {
                    pending.withLock { $0 = [] }
                    return String(decoding: bytes, as: UTF8.self)
                }
                bytes += more
            }
        }
    }

    /// Everything until the output ends.
    func rest() async -> [UInt8] {
        await onThread { [self] in
            var bytes = pending.withLock { $0 }
            while let more = read(), !more.isEmpty { bytes += more }
            return bytes
        }
    }

    private func read() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count >= 0 { return Array(buffer.prefix(count)) }
            guard errno == EINTR else { return nil }
        }
    }
}

/// Runs what blocks on a thread that may block.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(returning: body()) }
    }
}
