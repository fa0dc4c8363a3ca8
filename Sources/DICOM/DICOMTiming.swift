/// When frames were taken, and the heart's rhythm.
package struct DICOMTiming: Hashable, Sendable, Codable {
    /// Where the rate of frames comes from.
    package enum Source: String, Hashable, Sendable, Codable {
        case frameTimeVector = "frame_time_vector"
        case frameTime = "frame_time"
        case cineRate = "cine_rate"
        case displayRate = "recommended_display_frame_rate"
    }

    /// Microseconds from one frame to the next, on average; nil when the object does not say.
    package var frameMicroseconds: Int?
    package var source: Source?
    /// Beats a minute; nil when not stated, for which machines write 0.
    package var heartRate: Double?
    /// Milliseconds from the first frame to each R wave.
    package var rWaveMilliseconds: [Double]

    /// - Parameters:
    ///   - increment: the tag that the Frame Increment Pointer names, such as `(0018,1063)`.
    ///   - frameTime: milliseconds (0018,1063).
    ///   - vector: milliseconds from the frame before to each frame (0018,1065), the first being 0.
    ///   - cineRate: frames a second (0018,0040).
    ///   - displayRate: frames a second (0008,2144).
    package init(
        increment: String, frameTime: Double?, vector: [Double], cineRate: Double?, displayRate: Double?,
        frames: Int, heartRate: Double?, rWaveMilliseconds: [Double]
    ) {
        let steps = vector.dropFirst()
        let isWhole = vector.count == frames && !steps.isEmpty && steps.allSatisfy { $0 > 0 && $0.isFinite }
        let average = isWhole ? steps.reduce(0, +) / Double(steps.count) : nil
        var candidates: [(Source, Double?)] = [
            (.frameTimeVector, average), (.frameTime, frameTime), (.cineRate, cineRate.map { 1000 / $0 }),
            (.displayRate, displayRate.map { 1000 / $0 }),
        ]
        // The pointer says which of the two is meant where a file has both.
        if increment.contains("0018,1063") { candidates.swapAt(0, 1) }
        let found = candidates.first { candidate in
            // A tenth of a millisecond to a minute.
            candidate.1.map { (0.1...60_000).contains($0) } ?? false
        }
        source = found?.0
        frameMicroseconds = found?.1.map { Int(($0 * 1000).rounded()) }
        self.heartRate = heartRate.flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
        self.rWaveMilliseconds = rWaveMilliseconds.filter(\.isFinite)
    }
}
