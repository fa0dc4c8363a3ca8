/// Beats of a heart in a source, and what part of each a moment is: the phase, 0 at the end of diastole, 1 at the next.
package struct HeartBeats: Hashable, Sendable {
    /// In frames of the source.
    package struct Beat: Hashable, Sendable {
        /// The end of diastole that it begins with, and the next.
        package let start, end: Double
        /// The end of systole between them; nil when it is not known.
        package let systole: Double?

        /// The moment of a phase, 0…1. The end of systole is at one half, where it is known, so that beats of different rhythm lie upon each other.
        package func moment(_ phase: Double) -> Double {
            guard let systole else { return start + (end - start) * phase }
            return phase < 0.5
                ? start + (systole - start) * 2 * phase : systole + (end - systole) * (2 * phase - 1)
        }
    }

    package let beats: [Beat]

    /// - Parameters:
    ///   - diastoles: ends of diastole or R waves, ascending, in frames of the source.
    ///   - systoles: ends of systole, ascending. A beat with none, or several, has none.
    package init(diastoles: [Double], systoles: [Double]) {
        beats = zip(diastoles, diastoles.dropFirst()).filter { $0 < $1 }.map { start, end in
            let within = systoles.filter { $0 > start && $0 < end }
            return Beat(start: start, end: end, systole: within.count == 1 ? within[0] : nil)
        }
    }
}

/// Why there is no mean beat.
package enum BeatError: Error, Hashable, Sendable {
    /// Neither the source nor the request tells where beats begin.
    case unknown
    /// No beat lies within what the map covers.
    case outside(frames: ClosedRange<Int>)
}

extension BeatError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknown:
            "the source has no R waves (0018,6060): give the frames of its ends of diastole as ed, at least two"
        case .outside(let frames):
            "no beat lies wholly within the frames \(frames.lowerBound) to \(frames.upperBound) of the source, which the map covers; explain more of it, by windows"
        }
    }

    package var code: String {
        switch self {
        case .unknown: "beats.unknown"
        case .outside: "beats.outside"
        }
    }
}
