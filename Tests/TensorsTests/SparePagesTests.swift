import Tensors
import Testing

@Suite("Pages that wait for an array of their size")
struct SparePagesTests {
    private let page = FloatMemory.hugePage

    private func memory(_ bytes: Int) -> UnsafeMutableRawPointer {
        UnsafeMutableRawPointer(FloatMemory.allocate(count: bytes / 4))
    }

    @Test("A block is taken again for the same size only, the latest first")
    func sameSize() {
        let spares = SparePages(limit: 8 * page)
        let (first, second) = (memory(page), memory(page))
        spares.put(first, bytes: page)
        spares.put(second, bytes: page)
        #expect(spares.take(bytes: 2 * page) == nil)
        #expect(spares.take(bytes: page) == second)
        #expect(spares.take(bytes: page) == first)
        #expect(spares.take(bytes: page) == nil)
        for block in [first, second] { FloatMemory.unmap(block, bytes: page) }
    }

    @Test("The longest unused make room, and what is larger than all room is given back at once")
    func limit() {
        let spares = SparePages(limit: 3 * page)
        let blocks = [memory(page), memory(2 * page), memory(page + 4096)]
        for (block, bytes) in zip(blocks, [page, 2 * page, page + 4096]) { spares.put(block, bytes: bytes) }
        #expect(spares.take(bytes: page) == nil)
        #expect(spares.take(bytes: 2 * page) == nil)
        let kept = spares.take(bytes: page + 4096)
        #expect(kept == blocks[2])
        spares.put(blocks[2], bytes: page + 4096)
        spares.put(memory(4 * page), bytes: 4 * page)
        #expect(spares.take(bytes: 4 * page) == nil)
        #expect(spares.take(bytes: page + 4096) == blocks[2])
        spares.put(blocks[2], bytes: page + 4096)
        spares.empty()
        #expect(spares.take(bytes: page + 4096) == nil)
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
