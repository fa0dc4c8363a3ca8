import Tensors

/// Work memory with an owner: freed with the last reference, lent to parallel work by address.
final class OwnedFloats: @unchecked Sendable {
    let base: UnsafeMutablePointer<Float>
    let count: Int

    /// Uninitialised; written before it is shared.
    init(count: Int) {
        self.count = count
        base = FloatMemory.allocate(count: count)
    }

    var byteCount: Int { count * MemoryLayout<Float>.stride }

    deinit { FloatMemory.deallocate(base, count: count) }

    /// Lends the values for reading, and keeps them alive meanwhile.
    func reading<R>(_ body: (Reads) throws -> R) rethrows -> R {
        try withExtendedLifetime(self) { try body(Reads(base: base)) }
    }
}
