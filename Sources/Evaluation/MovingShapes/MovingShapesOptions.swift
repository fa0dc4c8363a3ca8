/// What a Moving Shapes clip looks like (Hughes, section 3, and wider). Everything that may vary is drawn anew for each clip.
package struct MovingShapesOptions: Hashable, Sendable, Codable {
    package var frames: Int
    /// Width and height in pixels.
    package var side: Int
    /// From a polygon's centre to its corners, in pixels.
    package var radius: ClosedRange<Double>
    /// Of whatever moves, in pixels a frame.
    package var speed: ClosedRange<Double>
    /// Standard deviation of the normal noise on each channel of each pixel, in grey levels of 0…255.
    package var noise: Double
    /// Distractors that move as the target does and are white.
    package var whiteDistractors: Int
    /// Distractors that are coloured as the target is and stand still.
    package var staticDistractors: Int
    /// Frames during which the target stands still, once, between its first move and its last.
    package var pause: Int

    /// - Throws: ``MovingShapesError/invalidOptions(_:)``.
    package init(
        frames: Int, side: Int, radius: ClosedRange<Double>, speed: ClosedRange<Double>, noise: Double,
        whiteDistractors: Int, staticDistractors: Int, pause: Int
    ) throws {
        self.frames = frames
        self.side = side
        self.radius = radius
        self.speed = speed
        self.noise = noise
        self.whiteDistractors = whiteDistractors
        self.staticDistractors = staticDistractors
        self.pause = pause
        try validate()
    }

    private init(noise: Double, whiteDistractors: Int, staticDistractors: Int) {
        (frames, side, radius, speed, pause) = (32, 112, 11...16, 1.0...1.8, 0)
        (self.noise, self.whiteDistractors, self.staticDistractors) = (noise, whiteDistractors, staticDistractors)
    }

    /// What the bundled models are held against: noise of 20/255, one white moving and one coloured standing distractor.
    package static let standard = MovingShapesOptions(noise: 20, whiteDistractors: 1, staticDistractors: 1)
    /// Shapes that are smaller or larger, slower or faster than the standard ones: radius 9-18 pixels, 0.8-2.0 pixels a frame. At 2 pixels a frame a
    /// radius of 18 still fits: 31 · 2 + 2 · 18 = 98 of 111 pixels.
    package static func wider(noise: Double) -> MovingShapesOptions {
        var options = MovingShapesOptions(noise: noise, whiteDistractors: 1, staticDistractors: 1)
        (options.radius, options.speed) = (9...18, 0.8...2.0)
        return options
    }

    /// One shape on black.
    package static let plain = MovingShapesOptions(noise: 0, whiteDistractors: 0, staticDistractors: 0)

    /// - Throws: ``MovingShapesError/invalidOptions(_:)``. For values changed after their making, and for those decoded from a file.
    package func validate() throws {
        func refuse(_ reason: String) -> MovingShapesError { .invalidOptions(reason) }
        guard (2...1024).contains(frames) else { throw refuse("a clip has 2 to 1024 frames, not \(frames)") }
        guard (16...1024).contains(side) else { throw refuse("a frame has a side of 16 to 1024 pixels, not \(side)") }
        guard radius.lowerBound >= 2, radius.upperBound <= 512 else { throw refuse("a radius is 2 to 512 pixels") }
        guard speed.lowerBound > 0, speed.upperBound <= 512 else {
            throw refuse("a speed is above 0 and at most 512 pixels a frame")
        }
        guard noise >= 0, noise <= 128 else { throw refuse("noise is 0 to 128 grey levels, not \(noise)") }
        guard (0...16).contains(whiteDistractors), (0...16).contains(staticDistractors) else {
            throw refuse("there are 0 to 16 distractors of each kind")
        }
        guard pause >= 0, pause <= frames - 2 else {
            throw refuse("a pause leaves two of \(frames) frames to move in, \(pause) does not")
        }
        let reach = speed.upperBound * Double(frames - 1) + 2 * radius.upperBound
        guard reach <= Double(side - 1) else {
            throw refuse(
                "a shape of radius \(radius.upperBound) at \(speed.upperBound) pixels a frame leaves a frame of \(side) pixels"
            )
        }
    }
}

/// Why clips cannot be drawn.
package enum MovingShapesError: Error, Hashable, Sendable, CustomStringConvertible {
    case invalidOptions(String)

    package var description: String {
        switch self {
        case .invalidOptions(let reason): "these Moving Shapes cannot be drawn: \(reason)"
        }
    }
}
