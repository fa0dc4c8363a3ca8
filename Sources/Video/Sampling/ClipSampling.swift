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
    /// Every period-th source frame is taken, or every period-th frame of ``frameRate``.
    package var period: Int
    package var padding: ClipPadding
    /// Frames a second that ``period`` counts, whatever the video's own rate; nil counts the video's frames.
    package var frameRate: Double?

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

    /// How the clip's frames lie in a video: nearest in time to where the model's rate has them.
    /// - Throws: ``VideoError/invalidSampling(reason:)``, when a rate counts and the video states none.
    package func places(in length: VideoLength) throws -> FramePlaces {
        _ = try neededFrames()
        guard let frameRate, !length.isArray else { return FramePlaces(start: start, step: Double(period)) }
        guard let source = length.frameRate else {
            throw VideoError.invalidSampling(
                reason:
                    "the model takes \(frameRate) frames a second and the video does not say how many it has; set clip.period to count the video's own frames"
            )
        }
        let places = FramePlaces(start: start, step: Double(period) * source / frameRate)
        guard places.step * Double(frames) < Double(Int.max / 4), places.step > 0 else {
            throw VideoError.invalidSampling(reason: "the rates of model and video are too far apart")
        }
        return places
    }

    /// The source frame of each of the clip's frames; nil where the clip is black.
    /// - Throws: ``VideoError/tooShort(available:needed:start:period:)`` when padding is refused or there is nothing to
    /// repeat.
    package func sourceFrames(in length: VideoLength) throws -> [Int?] {
        let places = try places(in: length)
        let available = length.frames
        let needed = places.source(frames - 1) + 1
        let present = min(places.count(of: available), frames)
        let sampled: [Int?] = (0..<present).map { places.source($0) }
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

/// How long a video is.
package struct VideoLength: Hashable, Sendable {
    package var frames: Int
    /// Frames a second; nil when the video states none.
    package var frameRate: Double?
    /// An array's frames have no time: they are counted, whatever the model's rate.
    package var isArray: Bool

    package init(frames: Int, frameRate: Double?, isArray: Bool) {
        self.frames = frames
        self.frameRate = frameRate
        self.isArray = isArray
    }
}

/// Where a clip's frames lie in the video.
package struct FramePlaces: Hashable, Sendable {
    package let start: Int
    /// Source frames from one of the clip's frames to the next; a fraction where the clip is re-sampled by time.
    package let step: Double

    /// The source frame that is nearest to a frame of the clip, the later one of two; frames repeat where the step is below one.
    package func source(_ frame: Int) -> Int {
        // No video is as long: held so that the sum is a number.
        start + Int(min((Double(frame) * step).rounded(), 0x1p61))
    }

    /// How many frames of a clip a video has that is as long.
    package func count(of available: Int) -> Int {
        guard available > start else { return 0 }
        var count = Int((Double(available - start) - 0.5) / step)
        while source(count) < available { count += 1 }
        while count > 0, source(count - 1) >= available { count -= 1 }
        return count
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
