/// The counter-based generator Philox4x32-10 (Salmon and others, "Parallel Random Numbers: As Easy as 1, 2, 3", 2011): four 32-bit words for
/// each 128-bit counter under a 64-bit key, without state.
package enum Philox {
    package typealias Words = (UInt32, UInt32, UInt32, UInt32)

    @inlinable
    package static func words(counter: Words, key: (UInt32, UInt32)) -> Words {
        var (c, k) = (counter, key)
        for _ in 0..<10 {
            let a = UInt64(c.0) &* 0xD251_1F53
            let b = UInt64(c.2) &* 0xCD9E_8D57
            c = (
                UInt32(truncatingIfNeeded: b >> 32) ^ c.1 ^ k.0, UInt32(truncatingIfNeeded: b),
                UInt32(truncatingIfNeeded: a >> 32) ^ c.3 ^ k.1, UInt32(truncatingIfNeeded: a)
            )
            k = (k.0 &+ 0x9E37_79B9, k.1 &+ 0xBB67_AE85)
        }
        return c
    }
}
