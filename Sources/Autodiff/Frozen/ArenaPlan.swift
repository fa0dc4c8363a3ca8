/// Gives pieces of one block of memory to values with known lifetimes, before any memory exists.
struct ArenaPlan {
    private var free: [Range<Int>] = []
    /// The size that the block needs.
    private(set) var extent = 0

    /// - Returns: the offset of `count` elements: the smallest gap that fits, else at the end.
    mutating func allocate(_ count: Int) -> Int {
        if let best = free.indices.filter({ free[$0].count >= count }).min(by: { free[$0].count < free[$1].count }) {
            let gap = free[best]
            let rest = gap.lowerBound + count..<gap.upperBound
            if rest.isEmpty { free.remove(at: best) } else { free[best] = rest }
            return gap.lowerBound
        }
        // A gap at the end is stretched.
        if let last = free.last, last.upperBound == extent {
            free.removeLast()
            extent = last.lowerBound + count
            return last.lowerBound
        }
        defer { extent += count }
        return extent
    }

    mutating func release(_ offset: Int, count: Int) {
        guard count > 0 else { return }
        free.append(offset..<offset + count)
        free.sort { $0.lowerBound < $1.lowerBound }
        var merged: [Range<Int>] = []
        for gap in free {
            if let last = merged.last, last.upperBound == gap.lowerBound {
                merged[merged.count - 1] = last.lowerBound..<gap.upperBound
            } else {
                merged.append(gap)
            }
        }
        free = merged
    }
}
