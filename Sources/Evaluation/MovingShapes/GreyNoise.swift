import CKernels

/// Normal noise in whole grey levels by inversion of the cumulative distribution: a table that 16 random bits look into. The tails beyond 4.2
/// standard deviations are missing.
struct GreyNoise {
    private let levels: [Int16]

    /// - Parameter deviation: in grey levels.
    init(deviation: Double) {
        guard deviation > 0 else {
            levels = Array(repeating: 0, count: 1 << 16)
            return
        }
        let half = 1 << 15
        // By symmetry the upper half is enough. Place i stands for the share (i + 1/2) / 2^16 above one half.
        var upper: [Int16] = []
        upper.reserveCapacity(half)
        var level = 0
        var bound = Self.shareAboveMiddle(0.5 / deviation)
        for place in 0..<half {
            while (Double(place) + 0.5) * 0x1p-16 > bound {
                level += 1
                bound = Self.shareAboveMiddle((Double(level) + 0.5) / deviation)
            }
            upper.append(Int16(level))
        }
        levels = upper.reversed().map { -$0 } + upper
    }

    /// Φ(x) - 1/2 = φ(x) · Σ x^(2k+1) / (1·3·5·…·(2k+1)).
    private static func shareAboveMiddle(_ x: Double) -> Double {
        guard x < 7 else { return 1 }
        var (term, sum, odd) = (x, x, 1.0)
        while term > 1e-17 * sum {
            odd += 2
            term = term * x * x / odd
            sum += term
        }
        return sum * ExactTrigonometry.decay(x * x / 2) / (2 * Double.pi).squareRoot()
    }

    /// Adds noise to bytes in place, held within 0…255. Eight values come from one counter.
    func add(to values: UnsafeMutableBufferPointer<UInt8>, from stream: PhiloxStream) {
        guard let base = values.baseAddress else { return }
        let (counter, key) = stream.origin
        ck_add_noise(base, values.count, levels, counter, key)
    }
}
