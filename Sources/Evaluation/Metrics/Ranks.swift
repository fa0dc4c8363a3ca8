/// The ranks of an array's values, from 0, equal values sharing the mean of the places they fill. To compare one array with several, rank it once.
package struct Ranks: Sendable {
    /// Ranks less their mean, in the order of the array.
    private let centered: [Float]
    /// The sum of their squares.
    let variance: Double

    package var count: Int { centered.count }

    /// - Returns: nil for fewer than two values, and where one is not a number.
    package init?(_ values: [Float]) {
        guard values.count > 1, values.count < UInt32.max, !values.contains(where: \.isNaN) else { return nil }
        let sorted = Self.sorted(values)
        // Exact up to 2²⁴ values; beyond, a rank is rounded to the nearest of 16 million steps.
        let mean = Float(values.count - 1) / 2
        var squares = 0.0
        let ranks = [Float](unsafeUninitializedCapacity: values.count) { ranks, count in
            sorted.withUnsafeBufferPointer { sorted in
                var start = 0
                while start < sorted.count {
                    let key = sorted[start] >> 32
                    var end = start + 1
                    while end < sorted.count, sorted[end] >> 32 == key { end += 1 }
                    let rank = Float(start + end - 1) / 2 - mean
                    // Every place is written once, since each value has one.
                    for entry in sorted[start..<end] { ranks[Int(entry & 0xFFFF_FFFF)] = rank }
                    squares += Double(end - start) * Double(rank) * Double(rank)
                    start = end
                }
            }
            count = values.count
        }
        centered = ranks
        variance = squares
    }

    /// From 1 for the least value to the count for the greatest.
    package func rank(at place: Int) -> Double { Double(centered[place]) + Double(count + 1) / 2 }

    /// The mean rank of some values, from 1 for the least; nil for none of them.
    /// - Precondition: one flag a value.
    package func mean(where isIncluded: [Bool]) -> Double? {
        precondition(isIncluded.count == count, "one flag a value")
        var (sum, included) = (0.0, 0)
        for place in centered.indices where isIncluded[place] {
            sum += Double(centered[place])
            included += 1
        }
        return included > 0 ? sum / Double(included) + Double(count + 1) / 2 : nil
    }

    func covariance(_ other: Ranks) -> Double {
        centered.withUnsafeBufferPointer { a in
            other.centered.withUnsafeBufferPointer { b in
                var sum = 0.0
                for index in a.indices { sum += Double(a[index]) * Double(b[index]) }
                return sum
            }
        }
    }

    /// Keys in ascending order, in the upper halves, with the places that they came from below: a radix sort in three passes over 11, 11 and 10 bits.
    /// Comparing millions of values by index takes twenty times as long.
    private static func sorted(_ values: [Float]) -> [UInt64] {
        let count = values.count
        var entries = [UInt64](unsafeUninitializedCapacity: count) { entries, filled in
            for (place, value) in values.enumerated() { entries[place] = UInt64(key(value)) << 32 | UInt64(place) }
            filled = count
        }
        for shift in [32, 43, 54] as [UInt64] {
            var places = [Int](repeating: 0, count: 2049)
            for entry in entries { places[Int(entry >> shift & 2047) + 1] += 1 }
            // All have the same digit: nothing would move.
            if places.contains(count) { continue }
            for digit in 1..<places.count { places[digit] += places[digit - 1] }
            entries = [UInt64](unsafeUninitializedCapacity: count) { next, filled in
                entries.withUnsafeBufferPointer { entries in
                    places.withUnsafeMutableBufferPointer { places in
                        for entry in entries {
                            let digit = Int(entry >> shift & 2047)
                            next[places[digit]] = entry
                            places[digit] += 1
                        }
                    }
                }
                filled = count
            }
        }
        return entries
    }

    /// Bits that compare as the numbers do; the two zeros are one.
    private static func key(_ value: Float) -> UInt32 {
        let bits = (value == 0 ? Float(0) : value).bitPattern
        return bits >> 31 == 1 ? ~bits : bits | 1 << 31
    }
}
