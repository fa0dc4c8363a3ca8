/// Received bytes that nobody has taken yet.
package struct InputBuffer {
    private var bytes: [UInt8] = []
    private var start = 0

    package var count: Int { bytes.count - start }
    package var isEmpty: Bool { count == 0 }

    package init() {}

    package mutating func append(_ new: UnsafeRawBufferPointer) {
        if start > 0 && start >= count {
            bytes.removeFirst(start)
            start = 0
        }
        bytes.append(contentsOf: new)
    }

    mutating func drop(_ number: Int) {
        start += number
        if start == bytes.count {
            // A connection that waits for its next request keeps no large buffer.
            bytes.removeAll(keepingCapacity: bytes.capacity <= 4_096)
            start = 0
        }
    }

    /// Up to `number` bytes; a buffer that is taken whole is handed over without a copy.
    mutating func take(upTo number: Int) -> [UInt8] {
        if start == 0 && bytes.count <= number {
            var taken: [UInt8] = []
            swap(&taken, &bytes)
            return taken
        }
        let taken = Array(bytes[start..<(start + min(number, count))])
        drop(taken.count)
        return taken
    }

    /// Moves up to `number` bytes to the end of `other`.
    mutating func move(upTo number: Int, to other: inout [UInt8]) {
        let moved = min(number, count)
        other.append(contentsOf: bytes[start..<(start + moved)])
        drop(moved)
    }

    func withBytes<R, E: Error>(_ body: (UnsafeBufferPointer<UInt8>) throws(E) -> R) throws(E) -> R {
        try bytes.withUnsafeBufferPointer { (all) throws(E) -> R in
            try body(UnsafeBufferPointer(rebasing: all[start...]))
        }
    }
}
