import Synchronization

/// Pages of arrays that are gone, kept for arrays of the same size, or of one that is little smaller.
///
/// A network is run again and again, its arrays come in the same sizes, and each new page has to be cleared by the system: up to a quarter of the time
/// of a gradient. As much may wait as is missing to what was in use at most, so that the whole is never larger than it had to be anyway. The longest
/// unused make room when there are too many.
package final class SparePages: Sendable {
    private struct Block {
        let address: UInt
        let bytes: Int
    }

    private struct Shelf {
        /// The longest unused first.
        var blocks: [Block] = []
        /// Of them.
        var bytes = 0
        /// Of arrays in use, now and at most since the shelf was emptied.
        var used = 0
        var mostUsed = 0
        /// Blocks in use that are larger than the array in them.
        var larger: [UInt: Int] = [:]

        /// Takes out the block that holds so much with the least to spare, the latest of several; nil when it would be more than an eighth.
        mutating func remove(holding needed: Int) -> Block? {
            var best: Int?
            for (place, block) in blocks.enumerated() where block.bytes >= needed && block.bytes - needed <= needed / 8
            {
                if let best, blocks[best].bytes < block.bytes { continue }
                best = place
            }
            guard let best else { return nil }
            bytes -= blocks[best].bytes
            return blocks.remove(at: best)
        }

        /// Takes those out for which there is no room any more.
        mutating func displaced(_ limit: Int) -> [Block] {
            let room = max(limit, mostUsed - used)
            var left = bytes
            let count = blocks.prefix {
                guard left > room else { return false }
                left -= $0.bytes
                return true
            }.count
            defer { blocks.removeFirst(count) }
            bytes = left
            return Array(blocks.prefix(count))
        }
    }

    /// Bytes that may wait however much was in use.
    private let limit: Int
    private let shelf = Mutex(Shelf())

    package init(limit: Int) { self.limit = limit }

    /// Bytes that wait now.
    package var bytes: Int { shelf.withLock { $0.bytes } }

    deinit { empty() }

    /// An array of that size comes into use.
    /// - Returns: memory that was used before, and holds what it was used for; nil when the array has to be given pages.
    package func take(bytes: Int) -> UnsafeMutableRawPointer? {
        let (found, displaced) = shelf.withLock { shelf in
            let block = shelf.remove(holding: bytes)
            shelf.used += block?.bytes ?? bytes
            shelf.mostUsed = max(shelf.mostUsed, shelf.used)
            if let block, block.bytes > bytes { shelf.larger[block.address] = block.bytes }
            return (block, shelf.displaced(limit))
        }
        Self.unmap(displaced)
        return found.flatMap { UnsafeMutableRawPointer(bitPattern: $0.address) }
    }

    /// An array that came into use is not used any more.
    package func put(_ memory: UnsafeMutableRawPointer, bytes: Int) {
        let displaced = shelf.withLock { shelf in
            let address = UInt(bitPattern: memory)
            let bytes = shelf.larger.removeValue(forKey: address) ?? bytes
            shelf.used -= bytes
            shelf.blocks.append(Block(address: address, bytes: bytes))
            shelf.bytes += bytes
            return shelf.displaced(limit)
        }
        Self.unmap(displaced)
    }

    /// Gives all pages that wait back, and forgets how much was in use at most.
    package func empty() {
        let all = shelf.withLock { shelf in
            defer { shelf = Shelf(used: shelf.used, mostUsed: shelf.used, larger: shelf.larger) }
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
