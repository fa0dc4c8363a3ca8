/// Changes bytes at random, the same for the same seed.
package struct Mutator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    /// One to four changes: bytes that become others, that go, that come twice, or numbers at the ends of their range.
    package mutating func mutated(_ whole: [UInt8]) -> [UInt8] {
        var bytes = whole
        for _ in 0..<1 + random(4) where !bytes.isEmpty {
            let place = random(bytes.count)
            switch random(8) {
            case 0: bytes.remove(at: place)
            case 1: bytes.insert(UInt8(random(256)), at: place)
            case 2: bytes.insert(contentsOf: bytes[place..<min(place + 1 + random(40), bytes.count)], at: place)
            case 3: bytes.removeSubrange(place..<min(place + 1 + random(40), bytes.count))
            case 4: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF][random(5)]
            case 5:
                let byte: UInt8 = [0, 0x7F, 0x80, 0xFF][random(4)]
                for index in place..<min(place + 1 + random(8), bytes.count) { bytes[index] = byte }
            case 6: bytes[place] ^= 1 << UInt8(random(8))
            default: bytes[place] = UInt8(random(256))
            }
        }
        return bytes
    }

    /// SplitMix64.
    private mutating func random(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((z ^ (z >> 31)) >> 33) % bound
    }
}
