/// A stretch of a trajectory, as it is drawn.
package struct TrajectoryMark: Hashable, Sendable {
    /// Of the clip.
    package var firstFrame: Int
    /// One a frame, on the map: the centre of the first pixel at 0.
    package var points: [Point]

    package init(firstFrame: Int, points: [Point]) {
        self.firstFrame = firstFrame
        self.points = points
    }

    package var frames: Range<Int> { firstFrame..<(firstFrame + points.count) }
}

/// Trajectories on a frame: where a point is in red, where it was in green (Hughes, figure 5).
package enum TrajectoryMarks {
    /// Those that pass through a frame, up to where they are then.
    /// - Parameter marks: the most important first.
    package static func draw(_ marks: [TrajectoryMark], atFrame frame: Int, on canvas: Canvas, stage: Stage) {
        let passing = marks.filter { $0.frames.contains(frame) }
        draw(passing.map { Array($0.points[...(frame - $0.firstFrame)]) }, on: canvas, stage: stage)
    }

    /// All of them whole.
    package static func drawWhole(_ marks: [TrajectoryMark], on canvas: Canvas, stage: Stage) {
        draw(marks.map(\.points), on: canvas, stage: stage)
    }

    private static func draw(_ paths: [[Point]], on canvas: Canvas, stage: Stage) {
        let density = Double(stage.density)
        let placed = paths.map { $0.map(stage.place) }
        // All lines first, then all ends, so that no line hides where another point is.
        for path in placed.reversed() {
            canvas.stroke(path, width: 3.6 * density, color: .halo, opacity: 0.7)
            canvas.stroke(path, width: 1.8 * density, color: .history, opacity: 1)
            for point in path.dropLast() { canvas.disc(at: point, radius: 1.9 * density, color: .history) }
        }
        for path in placed.reversed() {
            guard let end = path.last else { continue }
            canvas.disc(at: end, radius: 4.4 * density, color: .halo)
            canvas.disc(at: end, radius: 3.5 * density, color: .current)
        }
    }

    package static var legend: Legend {
        .signs([
            LegendSign(shape: .dot, color: .current, name: "where the point is"),
            LegendSign(shape: .line, color: .history, name: "where it was"),
        ])
    }
}
