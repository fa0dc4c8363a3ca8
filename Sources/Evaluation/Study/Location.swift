/// How well a map finds the target, by every reading of the report's "average target rank over average shape rank". Nil where a mean is over nothing
/// or divides by zero.
package struct Location: Hashable, Sendable, Codable {
    /// Mean value in and around the target over that in and around all shapes; the most is the area of all shapes over that of the target.
    package var targetOverUnion: Double?
    /// Mean value in and around the target over that of all pixels.
    package var targetOverAll: Double?
    /// The same of mean ranks, the least salient pixel having rank 1 and equals the mean of theirs: between 1 and 2 for a good map, whatever the map.
    package var rankOverUnion, rankOverAll: Double?
    /// The same with rank 1 for the most salient pixel: below 1 for a good map.
    package var reverseRankOverUnion, reverseRankOverAll: Double?
    /// The chance that a pixel of the target has more than one elsewhere, equals counting half: 0.5 tells nothing.
    package var auc: Double?
    /// The same against pixels of the other shapes.
    package var aucOfShapes: Double?
    /// The share of frames whose highest value lies in or around the target (the pointing game of Zhang and others, 2016, arXiv:1608.00507).
    package var pointing: Double?
    /// The highest values, as many as the target has pixels, against the target: pixels of both over pixels of either.
    package var overlap: Double?

    /// - Parameter field: within the clip.
    package init(_ field: MagnitudeField, in regions: TargetRegions) {
        let target = Array(regions.slice(regions.target, from: field.firstClipFrame, frames: field.frames))
        let union = Array(regions.slice(regions.union, from: field.firstClipFrame, frames: field.frames))
        var (sums, counts) = ((all: 0.0, target: 0.0, union: 0.0), (target: 0, union: 0))
        for (place, value) in field.values.enumerated() {
            sums.all += Double(value)
            if target[place] {
                sums.target += Double(value)
                counts.target += 1
            }
            if union[place] {
                sums.union += Double(value)
                counts.union += 1
            }
        }
        func mean(_ sum: Double, _ count: Int) -> Double? { count > 0 ? sum / Double(count) : nil }
        let all = mean(sums.all, field.values.count)
        targetOverUnion = Self.ratio(mean(sums.target, counts.target), mean(sums.union, counts.union))
        targetOverAll = Self.ratio(mean(sums.target, counts.target), all)
        pointing = Self.pointing(field, target)
        guard let ranks = Ranks(field.values), counts.target > 0, counts.union > counts.target else { return }
        let (targetRank, unionRank) = (ranks.mean(where: target), ranks.mean(where: union))
        let count = Double(field.values.count)
        rankOverUnion = Self.ratio(targetRank, unionRank)
        rankOverAll = Self.ratio(targetRank, (count + 1) / 2)
        reverseRankOverUnion = Self.ratio(targetRank.map { count + 1 - $0 }, unionRank.map { count + 1 - $0 })
        reverseRankOverAll = Self.ratio(targetRank.map { count + 1 - $0 }, (count + 1) / 2)
        auc = targetRank.map { rank in
            // Mann and Whitney: from the sum of ranks of one group.
            let others = count - Double(counts.target)
            return (rank - (Double(counts.target) + 1) / 2) / others
        }
        aucOfShapes = Self.auc(field.values, target: target, union: union)
        overlap = Self.overlap(ranks, target: target, count: counts.target)
    }

    private static func ratio(_ a: Double?, _ b: Double?) -> Double? {
        guard let a, let b, b > 0 else { return nil }
        return a / b
    }

    private static func auc(_ values: [Float], target: [Bool], union: [Bool]) -> Double? {
        let places = values.indices.filter { union[$0] }
        let isTarget = places.map { target[$0] }
        let count = isTarget.count { $0 }
        guard count < places.count, let rank = Ranks(places.map { values[$0] })?.mean(where: isTarget) else {
            return nil
        }
        return (rank - (Double(count) + 1) / 2) / Double(places.count - count)
    }

    private static func pointing(_ field: MagnitudeField, _ target: [Bool]) -> Double? {
        let area = field.height * field.width
        var (hits, frames) = (0, 0)
        for frame in 0..<field.frames {
            let places = frame * area..<(frame + 1) * area
            // Frames in which nothing depends on anything point nowhere.
            guard let highest = places.max(by: { field.values[$0] < field.values[$1] }), field.values[highest] > 0
            else {
                continue
            }
            frames += 1
            if target[highest] { hits += 1 }
        }
        return frames > 0 ? Double(hits) / Double(frames) : nil
    }

    private static func overlap(_ ranks: Ranks, target: [Bool], count: Int) -> Double {
        // Above this rank are as many values as the target has pixels; where equals straddle it, they are left out.
        let threshold = Double(target.count - count)
        var (both, chosen) = (0, 0)
        for place in target.indices where ranks.rank(at: place) > threshold {
            chosen += 1
            if target[place] { both += 1 }
        }
        return Double(both) / Double(max(chosen + count - both, 1))
    }
}
