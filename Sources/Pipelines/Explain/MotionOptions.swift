import Models

/// How many flow vectors and trajectories are kept, and how they are told apart.
package struct VectorOptions: Hashable, Sendable {
    package static let countLimit = 10_000

    package var count = 100
    /// Pixels between chosen vectors of one frame.
    package var separation = 5.0

    package init() {}
}

package struct TrajectoryOptions: Hashable, Sendable {
    package static let countLimit = 1_000

    package var count = 20
    /// Frames of a stretch. Clips that are shorter are taken whole.
    package var window = 10
    /// Pixels between seeds.
    package var spacing = 4
    /// Pixels between chosen stretches, on average over the frames that they share.
    package var separation = 6.0

    package init() {}
}

extension VectorOptions: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable { case count, separation }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.closedContainer(keyedBy: CodingKeys.self)
        count = try fields.wholeNumber(Int.self, forKey: .count) ?? count
        separation = try fields.decodeIfPresent(Double.self, forKey: .separation) ?? separation
        try fields.check(.count, count, in: 0...Self.countLimit)
        try fields.check(.separation, separation, in: 0...1000)
    }
}

extension TrajectoryOptions: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable { case count, window, spacing, separation }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.closedContainer(keyedBy: CodingKeys.self)
        count = try fields.wholeNumber(Int.self, forKey: .count) ?? count
        window = try fields.wholeNumber(Int.self, forKey: .window) ?? window
        spacing = try fields.wholeNumber(Int.self, forKey: .spacing) ?? spacing
        separation = try fields.decodeIfPresent(Double.self, forKey: .separation) ?? separation
        try fields.check(.count, count, in: 0...Self.countLimit)
        try fields.check(.window, window, in: 1...4096)
        try fields.check(.spacing, spacing, in: 1...1000)
        try fields.check(.separation, separation, in: 0...1000)
    }
}

extension KeyedDecodingContainer {
    /// - Throws: ``DocumentError`` with the range.
    fileprivate func check<Number: Comparable>(_ key: Key, _ value: Number, in range: ClosedRange<Number>) throws {
        guard !range.contains(value) else { return }
        throw DocumentError(
            path: (codingPath + [key]).dotted,
            reason: "expected \(range.lowerBound) to \(range.upperBound), not \(value)")
    }
}
