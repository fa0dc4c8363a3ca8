import Glibc

/// Memory for arrays of Float32.
///
/// Large arrays are pages of their own, given back to the system with the array: in the heap, arrays of many sizes that come and go leave gaps that
/// nobody fits into, and a network took twice the memory that it held. The system is asked for huge pages, which a core translates with fewer misses
/// and clears at once.
package enum FloatMemory {
    /// A cache line, and the widest vector register.
    package static let alignment = 64
    /// Bytes from which on an array has its own pages: one huge page of x86-64.
    private static let hugePage = 1 << 21

    /// Uninitialised memory for at least one value, aligned to ``alignment`` bytes.
    package static func allocate(count: Int) -> UnsafeMutablePointer<Float> {
        let bytes = byteCount(count)
        let memory =
            pages(bytes)
            ?? UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: alignment)
        return memory.bindMemory(to: Float.self, capacity: max(count, 1))
    }

    /// - Parameter count: as it was allocated with.
    package static func deallocate(_ values: UnsafeMutablePointer<Float>, count: Int) {
        let bytes = byteCount(count)
        guard bytes >= hugePage else { return UnsafeMutableRawPointer(values).deallocate() }
        munmap(values, bytes)
    }

    private static func byteCount(_ count: Int) -> Int { max(count, 1) * MemoryLayout<Float>.stride }

    /// Nil for what is too small to have pages of its own.
    private static func pages(_ bytes: Int) -> UnsafeMutableRawPointer? {
        guard bytes >= hugePage else { return nil }
        // Older systems don't begin large mappings where a huge page could be: one page more is reserved, and what is not needed given back.
        let reserved = bytes + hugePage
        guard let start = mmap(nil, reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            start != MAP_FAILED
        else { preconditionFailure("the system gives no \(bytes) bytes of memory") }
        let before = -Int(bitPattern: start) & (hugePage - 1)
        let memory = start + before
        let pageSize = Int(getpagesize())
        let end = (bytes + pageSize - 1) / pageSize * pageSize
        if before > 0 { munmap(start, before) }
        if before + end < reserved { munmap(memory + end, reserved - before - end) }
        // A system without huge pages refuses, and nothing is lost.
        madvise(memory, end, MADV_HUGEPAGE)
        return memory
    }
}
