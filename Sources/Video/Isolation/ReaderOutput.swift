import Foundation

/// The other end of a ``ReaderChild``: standard output of the process that reads.
package enum ReaderOutput {
    /// - Returns: false when nobody listens.
    package static func write(kind: UInt8, _ body: [UInt8]) -> Bool {
        let count = UInt32(body.count)
        let head = [kind] + (0..<4).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) }
        return write(head) && write(body)
    }

    private static func write(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let written = Foundation.write(
                    STDOUT_FILENO, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if written < 0, errno == EINTR { continue }
                guard written > 0 else { return false }
                rest = rest.dropFirst(written)
            }
            return true
        }
    }
}
