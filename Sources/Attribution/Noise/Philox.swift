import Foundation

/// The counter-based generator Philox4x32-10 (Salmon and others, "Parallel Random Numbers: As Easy as 1, 2, 3", 2011): four 32-bit words for
/// each 128-bit counter under a 64-bit key, without state.
package enum Philox {
    package typealias Words = (UInt32, UInt32, UInt32, UInt32)

    @inline(__always)
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

/// Normal noise from ``Philox`` by the transform of Box and Muller. The key is the seed; the counter is the place in the array, the sample and the
/// component, so sample k depends on (seed, k) alone.
package struct PhiloxNoise: NoiseSource {
    private let key: (UInt32, UInt32)

    package init(seed: UInt64) {
        key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    }

    package func fill(
        _ destination: UnsafeMutableBufferPointer<Float>, component: NoiseComponent, sample: Int, range: Range<Int>
    ) {
        // One counter serves four places; a range may begin and end within one.
        var block = range.lowerBound / 4
        while block * 4 < range.upperBound {
            let numbers = normal(block: block, component: component, sample: sample)
            let first = block * 4
            withUnsafeBytes(of: numbers) { bytes in
                let numbers = bytes.assumingMemoryBound(to: Float.self)
                for place in max(first, range.lowerBound)..<min(first + 4, range.upperBound) {
                    destination[place - range.lowerBound] = numbers[place - first]
                }
            }
            block += 1
        }
    }

    @inline(__always)
    private func normal(block: Int, component: NoiseComponent, sample: Int) -> (Float, Float, Float, Float) {
        let index = UInt64(block)
        let words = Philox.words(
            counter: (
                UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index >> 32),
                UInt32(truncatingIfNeeded: sample), component.rawValue
            ), key: key)
        let (a, b) = Self.pair(words.0, words.1)
        let (c, d) = Self.pair(words.2, words.3)
        return (a, b, c, d)
    }

    /// Two independent normal numbers from two words; the first word, moved by a half, is never zero.
    @inline(__always)
    private static func pair(_ u: UInt32, _ v: UInt32) -> (Float, Float) {
        let radius = (-2 * logf((Float(u >> 8) + 0.5) * 0x1p-24)).squareRoot()
        let angle = 2 * Float.pi * Float(v >> 8) * 0x1p-24
        return (radius * cosf(angle), radius * sinf(angle))
    }
}
