package import Foundation

/// What a training was like, a line of JSON for each entry.
package struct TrainingLog: Sendable {
    package struct Entry: Hashable, Sendable, Codable {
        /// Steps made.
        package var step: Int
        /// Means over the steps since the entry before; nil in an entry of a validation.
        package var loss, locationLoss, gradientNorm, learningRate: Double?
        /// Wall-clock time of a step and its part of drawing clips, as means.
        package var secondsPerStep: Double?
        /// The share of right answers or the median error in degrees, and of how many clips.
        package var validation: Double?
        package var clips: Int?

        package init(step: Int) { self.step = step }

        enum CodingKeys: String, CodingKey {
            case step, loss, validation, clips
            case locationLoss = "location_loss"
            case gradientNorm = "gradient_norm"
            case learningRate = "learning_rate"
            case secondsPerStep = "seconds_per_step"
        }
    }

    package private(set) var entries: [Entry] = []

    package init() {}

    package mutating func append(_ entry: Entry) { entries.append(entry) }

    /// Forgets what came after a step, which is made again.
    package mutating func forget(after step: Int) { entries.removeAll { $0.step > step } }

    /// A line each.
    package func data() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        var data = Data()
        for entry in entries {
            data.append(try encoder.encode(entry))
            data.append(UInt8(ascii: "\n"))
        }
        return data
    }

    /// - Throws: `DecodingError`.
    package init(_ data: Data) throws {
        entries = try data.split(separator: UInt8(ascii: "\n")).map {
            try JSONDecoder().decode(Entry.self, from: $0)
        }
    }
}
