import Synchronization

/// Pages of arrays that are gone, kept for arrays of the same size.
///
/// A network is run again and again, its arrays come in the same sizes, and each new page has to be cleared by the system: a twelfth of the time
/// of a gradient. The longest unused make room when there are too many.
package final class SparePages: Sendable {
    private struct Block {
        let address: UInt
        let bytes: Int
    }

    private struct Shelf {
        /// The longest unused first.
        var blocks: [Block] = []
        var bytes = 0
    }

    /// The most bytes that wait.
    private let limit: Int
    private let shelf = Mutex(Shelf())

    package init(limit: Int) { self.limit = limit }

    deinit { empty() }

    /// Memory of that size that was used before, and holds what it was used for.
    package func take(bytes: Int) -> UnsafeMutableRawPointer? {
        shelf.withLock { shelf in
            guard let place = shelf.blocks.lastIndex(where: { $0.bytes == bytes }) else { return nil }
            shelf.bytes -= bytes
            return UnsafeMutableRawPointer(bitPattern: shelf.blocks.remove(at: place).address)
        }
    }

    package func put(_ memory: UnsafeMutableRawPointer, bytes: Int) {
        guard bytes <= limit else { return FloatMemory.unmap(memory, bytes: bytes) }
        let displaced = shelf.withLock { shelf in
            var displaced: [Block] = []
            while shelf.bytes + bytes > limit {
                let oldest = shelf.blocks.removeFirst()
                shelf.bytes -= oldest.bytes
                displaced.append(oldest)
            }
            shelf.blocks.append(Block(address: UInt(bitPattern: memory), bytes: bytes))
            shelf.bytes += bytes
            return displaced
        }
        Self.unmap(displaced)
    }

    package func empty() {
        let all = shelf.withLock { shelf in
            defer { shelf = Shelf() }
            return shelf.blocks
        }
        Self.unmap(all)
    }

    private static func unmap(_ blocks: [Block]) {
        for block in blocks {
            guard let memory = UnsafeMutableRawPointer(bitPattern: block.address) else { continue }
            FloatMemory.unmap(memory, bytes: block.bytes)
        }
    }
}
