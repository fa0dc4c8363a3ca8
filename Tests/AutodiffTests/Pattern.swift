import Tensors

/// Reproducible values without structure (SplitMix64), so that no test depends on luck.
struct Pattern {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678 }

    /// Uniform in -1..<1.
    mutating func next() -> Float {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        z ^= z >> 31
        return Float(z >> 40) / Float(1 << 23) - 1
    }

    static func tensor(_ shape: Shape, seed: UInt64, _ transform: (Float) -> Float = { $0 }) -> Tensor {
        var pattern = Pattern(seed: seed)
        return Tensor(uninitialized: shape) { buffer in
            for index in buffer.indices { buffer[index] = transform(pattern.next()) }
        }
    }

    /// Values at least `distance` away from each of `kinks`, where a function has no derivative.
    static func tensor(_ shape: Shape, seed: UInt64, range: Float, avoiding kinks: [Float], distance: Float) -> Tensor {
        tensor(shape, seed: seed) { value in
            let scaled = value * range
            for kink in kinks where abs(scaled - kink) < distance {
                return kink + (scaled < kink ? -distance : distance)
            }
            return scaled
        }
    }

    /// Distinct values in an order without structure, each at least `spacing` away from the others.
    static func permutation(_ shape: Shape, spacing: Float) -> Tensor {
        let keys = tensor(shape, seed: 3).values
        let order = keys.indices.sorted { keys[$0] < keys[$1] }
        return Tensor(uninitialized: shape) { buffer in
            for (rank, index) in order.enumerated() { buffer[index] = Float(rank - keys.count / 2) * spacing }
        }
    }
}
