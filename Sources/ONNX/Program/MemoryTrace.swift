/// Memory that comes and goes, by what holds on to it: tells the most that is held at once, and allocates nothing.
struct MemoryTrace {
    /// The memory of an array, or of several that see the same values.
    struct Storage {
        fileprivate let index: Int
        let bytes: Int
    }

    /// By the index of each storage.
    private var holders: [Int] = []
    private(set) var heldBytes = 0
    /// Since the last ``restart()``.
    private(set) var peakBytes = 0

    /// - Returns: memory that has one holder.
    mutating func allocate(bytes: Int) -> Storage {
        holders.append(1)
        heldBytes += bytes
        peakBytes = max(peakBytes, heldBytes)
        return Storage(index: holders.count - 1, bytes: bytes)
    }

    mutating func hold(_ storage: Storage) { holders[storage.index] += 1 }

    mutating func release(_ storage: Storage) {
        holders[storage.index] -= 1
        if holders[storage.index] == 0 { heldBytes -= storage.bytes }
    }

    /// Memory that is given back at once.
    mutating func work(bytes: Int) { peakBytes = max(peakBytes, heldBytes + bytes) }

    /// Writes over an array in place, or over a copy when others hold it too: arrays are copied on write.
    mutating func overwrite(_ storage: inout Storage) {
        guard holders[storage.index] > 1 else { return }
        let copy = allocate(bytes: storage.bytes)
        release(storage)
        storage = copy
    }

    /// Forgets what was held before.
    mutating func restart() { peakBytes = heldBytes }
}
