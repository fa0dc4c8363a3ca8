/// A flow vector that a score depends on, as it is drawn.
package struct VectorMark: Hashable, Sendable {
    /// How the gradient lies to the motion.
    package enum Pull: String, Hashable, Sendable, CaseIterable {
        case along, against, across
        /// Nothing moves here.
        case still
    }

    /// On the map, the centre of the first pixel at 0.
    package var place: Point
    /// The motion of the pixel into this frame, in the map's pixels.
    package var motion: Point
    /// The change of motion that raises the score fastest, in units of the score for one pixel.
    package var ascent: Point
    package var pull: Pull

    package init(place: Point, motion: Point, ascent: Point, pull: Pull) {
        self.place = place
        self.motion = motion
        self.ascent = ascent
        self.pull = pull
    }
}

/// Flow vectors that a score depends on: the motion as a thin arrow that ends in the pixel, the direction in which another
/// motion would raise the score as a thick one that starts there, coloured by whether it is the motion's own.
package struct VectorMarks: Hashable, Sendable {
    /// The gradient of the longest arrow.
    package var gradientScale: MapScale
    /// The motion of the longest arrow, in the map's pixels.
    package var motionScale: MapScale

    package init(gradientScale: MapScale, motionScale: MapScale) {
        self.gradientScale = gradientScale
        self.motionScale = motionScale
    }

    /// Of the longest arrows, in pixels of the picture at a density of 1.
    private static let (longestGradient, longestMotion) = (34.0, 26.0)

    package func draw(_ marks: [VectorMark], on canvas: Canvas, stage: Stage) {
        let density = Double(stage.density)
        // The strongest come last, on top.
        for mark in marks.reversed() {
            let place = stage.place(mark.place)
            let motion = Self.arrow(mark.motion, scale: motionScale, longest: Self.longestMotion * density, stage)
            canvas.arrow(
                from: Point(x: place.x - motion.x, y: place.y - motion.y), to: place, width: 1.2 * density,
                color: .ink, halo: 0.8 * density)
            let ascent = Self.arrow(mark.ascent, scale: gradientScale, longest: Self.longestGradient * density, stage)
            canvas.arrow(
                from: place, to: Point(x: place.x + ascent.x, y: place.y + ascent.y), width: 2.4 * density,
                color: mark.pull.color, halo: density)
        }
    }

    private static func arrow(_ vector: Point, scale: MapScale, longest: Double, _ stage: Stage) -> Point {
        guard scale.maximum > 0 else { return Point(x: 0, y: 0) }
        let length = (vector.x * vector.x + vector.y * vector.y).squareRoot()
        let factor = longest / max(scale.maximum, length)
        return Point(x: vector.x * factor, y: vector.y * factor * stage.pitch.y / stage.pitch.x)
    }

    /// - Parameter unit: of the gradient, such as "score per pixel".
    package func legends(stage: Stage, unit: String) -> [Legend] {
        let density = Double(stage.density)
        var legends: [Legend] = [
            .signs(
                VectorMark.Pull.allCases.map { LegendSign(shape: .arrow, color: $0.color, name: $0.name) }
                    + [LegendSign(shape: .arrow, color: .ink, name: "motion")])
        ]
        if gradientScale.maximum > 0 {
            legends.append(
                .arrow(
                    .across, value: gradientScale.maximum,
                    pixelsPerUnit: Self.longestGradient * density / gradientScale.maximum,
                    caption: "length of the gradient, \(unit)"))
        }
        if motionScale.maximum > 0 {
            legends.append(
                .arrow(
                    .ink, value: motionScale.maximum,
                    pixelsPerUnit: Self.longestMotion * density / motionScale.maximum,
                    caption: "motion, pixels of the model's frame per frame"))
        }
        return legends
    }
}

extension VectorMark.Pull {
    package var color: RGBColor {
        switch self {
        case .along: .along
        case .against: .against
        case .across, .still: .across
        }
    }

    fileprivate var name: String {
        switch self {
        case .along: "more of this motion raises the score"
        case .against: "less of it does"
        case .across: "turning it does"
        case .still: "nothing moves here"
        }
    }
}
