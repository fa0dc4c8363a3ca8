import Glibc
import Tensors
import Testing

@Suite("Pages that wait for another array")
struct SparePagesTests {
    private let page = FloatMemory.hugePage

    /// Pages that nobody else knows of.
    private func memory(_ bytes: Int) throws -> UnsafeMutableRawPointer {
        let start = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        return try #require(start == MAP_FAILED ? nil : start)
    }

    /// Memory that comes into use.
    private func memory(_ bytes: Int, _ spares: SparePages) throws -> UnsafeMutableRawPointer {
        try spares.take(bytes: bytes) ?? memory(bytes)
    }

    @Test("A block is taken again for the same size, the latest first")
    func sameSize() throws {
        let spares = SparePages(limit: 8 * page)
        let (first, second) = (try memory(page, spares), try memory(page, spares))
        spares.put(first, bytes: page)
        spares.put(second, bytes: page)
        #expect(spares.bytes == 2 * page)
        #expect(spares.take(bytes: 2 * page) == nil)
        #expect(spares.take(bytes: page) == second)
        #expect(spares.take(bytes: page) == first)
        #expect(spares.take(bytes: page) == nil)
        for block in [first, second] { FloatMemory.unmap(block, bytes: page) }
    }

    @Test("A block that is larger by an eighth at most is taken where there is none of the size, and stays what it is")
    func larger() throws {
        let spares = SparePages(limit: 64 * page)
        let (small, large) = (try memory(8 * page, spares), try memory(9 * page, spares))
        spares.put(large, bytes: 9 * page)
        #expect(spares.take(bytes: 7 * page) == nil)
        #expect(spares.take(bytes: 8 * page) == large)
        spares.put(small, bytes: 8 * page)
        #expect(spares.bytes == 8 * page)
        spares.put(large, bytes: 8 * page)
        #expect(spares.bytes == 17 * page)
        #expect(spares.take(bytes: 8 * page) == small)
        #expect(spares.take(bytes: 9 * page) == large)
        for block in [small, large] { FloatMemory.unmap(block, bytes: block == small ? 8 * page : 9 * page) }
    }

    @Test("As much waits as was in use at most, and the longest unused make room for what comes into use")
    func limit() throws {
        let spares = SparePages(limit: page)
        let blocks = try (1...3).map { try memory($0 * page, spares) }
        for (index, block) in blocks.enumerated() { spares.put(block, bytes: (index + 1) * page) }
        #expect(spares.bytes == 6 * page)
        // Six pages were in use at most, four are now: two may wait. Those of one and two pages go first, and that of three does not fit.
        #expect(spares.take(bytes: 4 * page) == nil)
        #expect(spares.bytes == 0)
        spares.put(try memory(4 * page), bytes: 4 * page)
        let again = spares.take(bytes: 4 * page)
        #expect(again != nil)
        if let again { spares.put(again, bytes: 4 * page) }
    }

    @Test("Something may wait however little was in use, and once emptied no more than that")
    func emptied() throws {
        let spares = SparePages(limit: page)
        let blocks = try (0..<3).map { _ in try memory(page, spares) }
        for block in blocks.prefix(2) { spares.put(block, bytes: page) }
        #expect(spares.bytes == 2 * page)
        spares.empty()
        #expect(spares.bytes == 0)
        #expect(spares.take(bytes: page) == nil)
        let last = try memory(page)
        spares.put(last, bytes: page)
        spares.put(blocks[2], bytes: page)
        // Two were in use together since.
        #expect(spares.bytes == 2 * page)
        spares.empty()
        let other = try memory(page, spares)
        spares.put(other, bytes: page)
        #expect(spares.bytes == page)
        #expect(spares.take(bytes: page) == other)
        spares.put(other, bytes: page)
    }

    @Test("Large arrays are aligned to huge pages, hold what is written, and may have any size")
    func alignment() {
        for count in [page / 4, page / 4 + 1, 3_000_001] {
            let values = FloatMemory.allocate(count: count)
            #expect(UInt(bitPattern: values) % UInt(page) == 0)
            values.update(repeating: 1, count: count)
            #expect(values[0] == 1 && values[count - 1] == 1)
            FloatMemory.deallocate(values, count: count)
        }
        FloatMemory.trim()
    }
}
