import CKernels
import Tensors

/// Which values a dropout keeps: a function of these numbers and of a value's place alone, so that a training can be resumed.
package struct DropoutSeed: Hashable, Sendable {
    package let seed: UInt64
    /// Tells the steps of a training apart, and the layers of a network.
    package let step, layer: UInt32

    package init(seed: UInt64, step: UInt32, layer: UInt32) {
        self.seed = seed
        self.step = step
        self.layer = layer
    }

    /// Four random words for four values.
    fileprivate func words(_ block: Int) -> Philox.Words {
        Philox.words(
            counter: (
                UInt32(truncatingIfNeeded: block), UInt32(truncatingIfNeeded: block >> 32), step, layer
            ), key: (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
    }
}

/// Sets each value to zero with a probability, and multiplies the others by 1 / (1 - probability), so that the mean stays (Srivastava and others,
/// 2014). Keeps one bit a value.
/// - Parameter probability: 0 ..< 1.
/// - Returns: the shape of `x`.
/// - Throws: ``ShapeError`` when the probability is none.
package func dropout(_ x: Variable, probability: Double, seed: DropoutSeed) throws -> Variable {
    guard (0..<1).contains(probability) else {
        throw Operation.dropout.refuses([x.shape], "the probability is at least 0 and below 1, not \(probability)")
    }
    let parallelism = x.tape.parallelism
    let factor = Float(1 / (1 - probability))
    // A word below the bound, which is at most 2^32, drops its value.
    let bound = UInt64((probability * 0x1p32).rounded())
    let kept = BitMask(count: x.value.count)
    parallelism.forEachPiece(of: (kept.count + 7) / 8) { bytes in
        for byte in bytes {
            let (a, b) = (seed.words(2 * byte), seed.words(2 * byte + 1))
            var bits: UInt8 = 0
            for (place, word) in [a.0, a.1, a.2, a.3, b.0, b.1, b.2, b.3].enumerated() where UInt64(word) >= bound {
                bits |= 1 << UInt8(place)
            }
            kept.byte(8 * byte).pointee = bits
        }
    }
    var value = x.value
    kept.update(&value, parallelism: parallelism) { ck_mask_scaled($0, $1, factor, $2) }
    return x.tape.record(value, .dropout, parents: [x], keptBytes: kept.byteCount) { gradient in
        kept.update(&gradient, parallelism: parallelism) { ck_mask_scaled($0, $1, factor, $2) }
        return [gradient]
    }
}
