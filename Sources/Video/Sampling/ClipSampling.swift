/// What stands for source frames that the video does not have. The raw values are the names in the HTTP interface.
package enum ClipPadding: String, Hashable, Sendable, CaseIterable {
    /// The clip is refused.
    case refuse
    /// The last frame that was sampled is repeated.
    case repeatLast = "repeat_last"
    /// Frames of zeros.
    case black
}

/// Which frames of a video make the clip.
package struct ClipSampling: Hashable, Sendable {
    /// The first source frame, from 0.
    package var start: Int
    /// Frames of the clip.
    package var frames: Int
    /// Every period-th source frame is taken.
    package var period: Int
    package var padding: ClipPadding

    package init(start: Int, frames: Int, period: Int, padding: ClipPadding) {
        self.start = start
        self.frames = frames
        self.period = period
        self.padding = padding
    }

    /// The number of source frames that a video needs so that nothing is padded.
    /// - Throws: ``VideoError/invalidSampling(reason:)``.
    func neededFrames() throws -> Int {
        guard start >= 0 else { throw VideoError.invalidSampling(reason: "clip.start is \(start), below 0") }
        guard frames > 0 else { throw VideoError.invalidSampling(reason: "it would have \(frames) frames") }
        guard period > 0 else { throw VideoError.invalidSampling(reason: "clip.period is \(period), below 1") }
        let (span, overflow) = (frames - 1).multipliedReportingOverflow(by: period)
        guard !overflow, span < Int.max / 2, start < Int.max / 2 else {
            throw VideoError.invalidSampling(reason: "clip.start, clip.period or the number of frames is too large")
        }
        return start + span + 1
    }

    /// The source frame of each of the clip's frames for a video of `available` frames; nil where the clip is black.
    /// - Throws: ``VideoError/tooShort(available:needed:start:period:)`` when padding is refused or there is nothing to
    /// repeat.
    package func sourceFrames(available: Int) throws -> [Int?] {
        let needed = try neededFrames()
        let present = available > start ? min(frames, (available - start - 1) / period + 1) : 0
        let sampled: [Int?] = (0..<present).map { start + $0 * period }
        guard present < frames else { return sampled }
        let missing = frames - present
        switch padding {
        case .repeatLast where present > 0: return sampled + Array(repeating: sampled[present - 1], count: missing)
        case .black where present > 0: return sampled + Array(repeating: nil, count: missing)
        case .refuse, .repeatLast, .black:
            throw VideoError.tooShort(available: available, needed: needed, start: start, period: period)
        }
    }
}

/// The frame that a model takes, in pixels.
package struct ClipSize: Hashable, Sendable {
    package var height: Int
    package var width: Int

    package init(height: Int, width: Int) {
        self.height = height
        self.width = width
    }
}

/// The channels that a model takes, in its order. The raw values are those of a model's manifest.
package enum ClipChannels: String, Hashable, Sendable, CaseIterable {
    case rgb = "RGB"
    case bgr = "BGR"
    /// Luma alone, 0…255 for black to white.
    case luma = "Y"

    package var count: Int {
        switch self {
        case .rgb, .bgr: 3
        case .luma: 1
        }
    }
}
