import Tensors

/// Random numbers of one clip, one after another: word `i` of stream (seed, clip, purpose) is the same on every machine.
struct PhiloxStream {
    /// What the numbers are for, so that more of one kind don't change the other.
    enum Purpose: UInt32 {
        case scene = 0
        case noise = 1
    }

    private let key: (UInt32, UInt32)
    private let clip: UInt64
    private let purpose: UInt32
    private var next = 0

    init(seed: UInt64, clip: UInt64, purpose: Purpose) {
        key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        self.clip = clip
        self.purpose = purpose.rawValue
    }

    /// The three words of the counter after the one that counts blocks, and the key.
    var origin: (counter: [UInt32], key: [UInt32]) {
        // A clip has less than 2^32 blocks; the purpose takes the two highest bits of the next word.
        ([purpose << 30, UInt32(truncatingIfNeeded: clip), UInt32(truncatingIfNeeded: clip >> 32)], [key.0, key.1])
    }

    /// Four words by their place.
    private func words(_ block: Int) -> Philox.Words {
        let rest = origin.counter
        return Philox.words(counter: (UInt32(truncatingIfNeeded: block), rest[0], rest[1], rest[2]), key: key)
    }

    private mutating func word() -> UInt32 {
        let words = words(next / 4)
        defer { next += 1 }
        switch next % 4 {
        case 0: return words.0
        case 1: return words.1
        case 2: return words.2
        default: return words.3
        }
    }

    /// In 0..<1, a multiple of 2^-32.
    mutating func uniform() -> Double { Double(word()) * 0x1p-32 }

    mutating func uniform(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound + uniform() * (range.upperBound - range.lowerBound)
    }

    /// In 0..<bound; the bias is below bound / 2^32.
    mutating func below(_ bound: Int) -> Int { Int((UInt64(word()) &* UInt64(bound)) >> 32) }
}
