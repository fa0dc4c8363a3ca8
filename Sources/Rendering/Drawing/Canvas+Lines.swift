import CCairo

extension Canvas {
    /// Straight lines from point to point.
    /// - Parameter opacity: 0…1.
    package func stroke(_ points: [Point], width: Double, color: RGBColor, opacity: Double) {
        guard trace(points) else { return }
        set(color, opacity: opacity)
        cairo_set_line_width(context, width)
        cairo_stroke(context)
    }

    /// The area within the points.
    package func fill(_ points: [Point], color: RGBColor, opacity: Double) {
        guard trace(points) else { return }
        cairo_close_path(context)
        set(color, opacity: opacity)
        cairo_fill(context)
    }

    package func disc(at center: Point, radius: Double, color: RGBColor) {
        guard center.x.isFinite, center.y.isFinite else { return }
        cairo_new_path(context)
        cairo_arc(context, center.x, center.y, radius, 0, 2 * .pi)
        set(color, opacity: 1)
        cairo_fill(context)
    }

    /// An arrow with a filled head. Where it is too short for its head, the head shrinks with it.
    /// - Parameters:
    ///   - width: of the shaft; the head is 4 times as wide and 4.5 times as long.
    ///   - halo: how far a dark rim goes beyond it; 0 for none.
    package func arrow(from tail: Point, to tip: Point, width: Double, color: RGBColor, halo: Double) {
        let (dx, dy) = (tip.x - tail.x, tip.y - tail.y)
        let length = (dx * dx + dy * dy).squareRoot()
        guard length.isFinite, length > 0 else { return }
        let (ux, uy) = (dx / length, dy / length)
        let head = min(4.5 * width, 0.6 * length)
        let (halfHead, halfShaft) = (head * 4 / 9, min(width, 0.35 * head) / 2)
        func place(_ along: Double, _ across: Double) -> Point {
            Point(x: tail.x + along * ux - across * uy, y: tail.y + along * uy + across * ux)
        }
        let neck = length - head
        let outline = [
            place(0, -halfShaft), place(neck, -halfShaft), place(neck, -halfHead), tip, place(neck, halfHead),
            place(neck, halfShaft), place(0, halfShaft),
        ]
        if halo > 0, let first = outline.first {
            stroke(outline + [first], width: 2 * halo, color: .halo, opacity: 0.75)
        }
        fill(outline, color: color, opacity: 1)
    }

    func set(_ color: RGBColor, opacity: Double) {
        cairo_set_source_rgba(
            context, Double(color.red) / 255, Double(color.green) / 255, Double(color.blue) / 255, opacity)
    }

    /// False when there is nothing to draw.
    private func trace(_ points: [Point]) -> Bool {
        guard let first = points.first, points.allSatisfy({ $0.x.isFinite && $0.y.isFinite }) else { return false }
        cairo_new_path(context)
        cairo_move_to(context, first.x, first.y)
        for point in points.dropFirst() { cairo_line_to(context, point.x, point.y) }
        return true
    }
}
