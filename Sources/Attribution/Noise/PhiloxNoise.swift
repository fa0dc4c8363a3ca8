import Foundation
import Tensors

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
