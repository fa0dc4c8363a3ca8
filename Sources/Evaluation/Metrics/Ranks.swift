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
        let (keys, order) = Self.sorted(values)
        // Exact up to 2²⁴ values; beyond, a rank is rounded to the nearest of 16 million steps.
        let mean = Float(values.count - 1) / 2
        var ranks = [Float](repeating: 0, count: values.count)
        var start = 0
        var squares = 0.0
        while start < order.count {
            var end = start + 1
            while end < order.count, keys[end] == keys[start] { end += 1 }
            let rank = Float(start + end - 1) / 2 - mean
            for place in start..<end { ranks[Int(order[place])] = rank }
            squares += Double(end - start) * Double(rank) * Double(rank)
            start = end
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

    /// Keys in ascending order and the places that they came from: a radix sort in three passes over 11, 11 and 10 bits. Comparing millions of values by
    /// index takes twenty times as long.
    private static func sorted(_ values: [Float]) -> (keys: [UInt32], order: [UInt32]) {
        var keys = values.map(key)
        var order = (0..<UInt32(values.count)).map { $0 }
        var nextKeys = keys
        var nextOrder = order
        for shift in [0, 11, 22] as [UInt32] {
            var places = [Int](repeating: 0, count: 2049)
            for key in keys { places[Int(key >> shift & 2047) + 1] += 1 }
            for digit in 1..<places.count { places[digit] += places[digit - 1] }
            for index in keys.indices {
                let digit = Int(keys[index] >> shift & 2047)
                nextKeys[places[digit]] = keys[index]
                nextOrder[places[digit]] = order[index]
                places[digit] += 1
            }
            swap(&keys, &nextKeys)
            swap(&order, &nextOrder)
        }
        return (keys, order)
    }

    /// Bits that compare as the numbers do; the two zeros are one.
    private static func key(_ value: Float) -> UInt32 {
        let bits = (value == 0 ? Float(0) : value).bitPattern
        return bits >> 31 == 1 ? ~bits : bits | 1 << 31
    }
}
