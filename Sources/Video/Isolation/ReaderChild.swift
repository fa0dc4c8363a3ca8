import CIsolation
import Foundation

/// Why a process that reads a file for this one ended before it was done.
package enum ReaderEnding: Error, Hashable, Sendable {
    case tooMuchTimeOrMemory
    /// By itself, without a word.
    case silent
    case crashed
    /// What it sent is no message of its kind.
    case garbled
    case neverBegan

    /// For the sender of the file.
    package var reason: String {
        switch self {
        case .tooMuchTimeOrMemory: "reading it takes too much time or memory"
        case .silent: "its reader ended"
        case .crashed: "its data makes a decoder fail"
        case .garbled: "its reader sent what is no message"
        case .neverBegan: "the process that reads it cannot be started"
        }
    }
}

/// A process whose standard output is read, message by message: a byte for the kind, the number of bytes that follow (32 bits,
/// little-endian), and those. It is gone with this object.
package final class ReaderChild {
    private let identifier: pid_t
    private let output: Int32
    private var isReaped = false

    package init(_ executable: String, _ arguments: [String]) throws(ReaderEnding) {
        var (identifier, output): (pid_t, Int32) = (0, -1)
        // An environment of its own: a matrix library need not start threads for this.
        let status = Self.withCStrings([executable] + arguments) { arguments in
            Self.withCStrings(["OPENBLAS_NUM_THREADS=1", "LC_ALL=C.UTF-8", "SWIFT_BACKTRACE=enable=no"]) {
                cis_spawn(executable, arguments, $0, &identifier, &output)
            }
        }
        guard status == 0 else { throw .neverBegan }
        self.output = output
        self.identifier = identifier
    }

    deinit {
        close(output)
        if !isReaped { end() }
    }

    /// The next message.
    /// - Parameter maximumBytes: of what follows its head.
    package func message(maximumBytes: Int) throws(ReaderEnding) -> (kind: UInt8, body: [UInt8]) {
        let head = try read(5)
        let count = (1...4).reduce(0) { $0 | Int(head[$1]) << (8 * ($1 - 1)) }
        guard count <= maximumBytes else { throw .garbled }
        return (head[0], try read(count))
    }

    private func read(_ count: Int) throws(ReaderEnding) -> [UInt8] {
        var received = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            while received < count {
                let got = Foundation.read(output, buffer.baseAddress.map { $0 + received }, count - received)
                if got < 0, errno == EINTR { continue }
                guard got > 0 else { break }
                received += got
            }
            initialized = received
        }
        guard received == count else { throw ending() }
        return bytes
    }

    private func ending() -> ReaderEnding {
        var status: Int32 = 0
        while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
        isReaped = true
        return switch status & 0x7F {
        case SIGXCPU, SIGKILL: .tooMuchTimeOrMemory
        case 0: .silent
        default: .crashed
        }
    }

    private func end() {
        kill(identifier, SIGKILL)
        var status: Int32 = 0
        while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
    }

    private static func withCStrings<Value>(
        _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Value
    ) -> Value {
        var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        return pointers.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("the array has an element") }
            return body(base)
        }
    }
}
