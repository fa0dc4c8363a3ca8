import Glibc

/// Memory for arrays of Float32.
///
/// Large arrays are pages of their own, outside the heap: there, arrays of many sizes that come and go leave gaps that nobody fits into, and a network
/// took twice the memory that it held. The system is asked for huge pages, which a core translates with fewer misses and clears at once. Pages that
/// are given back wait for an array of about the same size (see ``SparePages``).
package enum FloatMemory {
    /// A cache line, and the widest vector register.
    package static let alignment = 64
    /// Bytes from which on an array has its own pages: one huge page of x86-64.
    package static let hugePage = 1 << 21

    private static let spares = SparePages(limit: 128 << 20)

    /// Uninitialised memory for at least one value, aligned to ``alignment`` bytes.
    package static func allocate(count: Int) -> UnsafeMutablePointer<Float> {
        let bytes = byteCount(count)
        let memory =
            bytes < hugePage
            ? UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: alignment)
            : spares.take(bytes: bytes) ?? pages(bytes)
        return memory.bindMemory(to: Float.self, capacity: max(count, 1))
    }

    /// - Parameter count: as it was allocated with.
    package static func deallocate(_ values: UnsafeMutablePointer<Float>, count: Int) {
        let bytes = byteCount(count)
        guard bytes >= hugePage else { return UnsafeMutableRawPointer(values).deallocate() }
        spares.put(UnsafeMutableRawPointer(values), bytes: bytes)
    }

    /// Gives pages that wait for an array back to the system: at the end of a job.
    package static func trim() { spares.empty() }

    private static func byteCount(_ count: Int) -> Int { max(count, 1) * MemoryLayout<Float>.stride }

    private static func pages(_ bytes: Int) -> UnsafeMutableRawPointer {
        // Older systems don't begin large mappings where a huge page could be: one page more is reserved, and what is not needed given back.
        let reserved = bytes + hugePage
        guard let start = mmap(nil, reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            start != MAP_FAILED
        else { preconditionFailure("the system gives no \(bytes) bytes of memory") }
        let before = -Int(bitPattern: start) & (hugePage - 1)
        let memory = start + before
        let end = wholePages(bytes)
        if before > 0 { munmap(start, before) }
        if before + end < reserved { munmap(memory + end, reserved - before - end) }
        // A system without huge pages refuses, and nothing is lost.
        madvise(memory, end, MADV_HUGEPAGE)
        return memory
    }

    /// Gives pages of a large array back to the system.
    package static func unmap(_ memory: UnsafeMutableRawPointer, bytes: Int) { munmap(memory, wholePages(bytes)) }

    private static func wholePages(_ bytes: Int) -> Int {
        let page = Int(getpagesize())
        return (bytes + page - 1) / page * page
    }
}
