package import Cine

/// The truth about one clip.
package struct MovingShapesScene: Hashable, Sendable {
    /// The only shape that is both coloured and moving; drawn above the others.
    package let target: MovingShape
    /// In the order of drawing: standing ones, then white ones.
    package let distractors: [MovingShape]
    /// Of the target's motion, in 0..<270 degrees: a velocity (dx, dy) has the angle atan2(dy, dx), y pointing down.
    package let degrees: Double
    /// Cosine and sine of ``degrees``.
    package let direction: PixelPoint
}

/// One regular polygon and its way.
package struct MovingShape: Hashable, Sendable {
    package enum Role: String, Hashable, Sendable, CaseIterable {
        case target, whiteDistractor, staticDistractor
    }

    package let role: Role
    /// 3, 4 or 5.
    package let sides: Int
    /// From the centre to the corners, in pixels.
    package let radius: Double
    /// The first corner's place on the circle, 0..<1 turn from the right, clockwise as y points down.
    package let phase: Double
    /// Red, green, blue.
    package let color: [UInt8]
    /// The centre in each frame.
    package let centers: [PixelPoint]
}

extension MovingShapesScene {
    /// Draws a scene; each number comes from the stream at a fixed place.
    init(_ options: MovingShapesOptions, from stream: inout PhiloxStream) {
        let turn = stream.uniform() * 0.75
        degrees = turn * 360
        direction = ExactTrigonometry.direction(turns: turn)
        // Steps made until each frame.
        let pauseStart = 1 + stream.below(max(options.frames - 1 - options.pause, 1))
        let steps = (0..<options.frames).map { Double($0 - min(max($0 - pauseStart, 0), options.pause)) }
        target = MovingShape(.target, options, from: &stream, direction: direction, steps: steps)
        var others: [MovingShape] = []
        let still = Array(repeating: 0.0, count: options.frames)
        for _ in 0..<options.staticDistractors {
            others.append(
                MovingShape(
                    .staticDistractor, options, from: &stream, direction: PixelPoint(x: 1, y: 0), steps: still))
        }
        let always = (0..<options.frames).map(Double.init)
        for _ in 0..<options.whiteDistractors {
            let way = ExactTrigonometry.direction(turns: stream.uniform())
            others.append(MovingShape(.whiteDistractor, options, from: &stream, direction: way, steps: always))
        }
        distractors = others
    }

    /// In the order of drawing.
    package var shapes: [MovingShape] { distractors + [target] }
}

extension MovingShape {
    init(
        _ role: Role, _ options: MovingShapesOptions, from stream: inout PhiloxStream, direction: PixelPoint,
        steps: [Double]
    ) {
        self.role = role
        sides = 3 + stream.below(3)
        let radius = stream.uniform(options.radius)
        self.radius = radius
        phase = stream.uniform()
        let hue = stream.uniform() * 6
        let (saturation, value) = (stream.uniform(0.6...1), stream.uniform(0.7...1))
        color = role == .whiteDistractor ? [255, 255, 255] : Self.color(hue: hue, saturation: saturation, value: value)
        let speed = stream.uniform(options.speed)
        let last = steps.last ?? 0
        // The whole shape stays within the frame, from its first place to its last.
        func start(_ component: Double) -> Double {
            let way = component * speed * last
            let (low, high) = (radius - min(way, 0), Double(options.side - 1) - radius - max(way, 0))
            return low + stream.uniform() * (high - low)
        }
        let origin = PixelPoint(x: start(direction.x), y: start(direction.y))
        centers = steps.map {
            PixelPoint(x: origin.x + direction.x * (speed * $0), y: origin.y + direction.y * (speed * $0))
        }
    }

    /// - Parameter hue: 0..<6, red at 0, green at 2, blue at 4.
    private static func color(hue: Double, saturation: Double, value: Double) -> [UInt8] {
        [5.0, 3, 1].map { shift in
            let place = (shift + hue).truncatingRemainder(dividingBy: 6)
            let part = max(0, min(place, 4 - place, 1))
            return UInt8((255 * (value - value * saturation * part)).rounded())
        }
    }
}
