import CCairo

/// How a text stands against its point.
package enum TextAlignment: Hashable, Sendable {
    case left, center, right
}

extension Canvas {
    /// One line.
    /// - Parameters:
    ///   - baseline: where the line's letters stand.
    ///   - size: of the em square, in pixels.
    package func write(_ text: String, baseline: Point, size: Double, color: RGBColor, alignment: TextAlignment) {
        place(text, baseline, size, alignment)
        set(color, opacity: 1)
        cairo_fill(context)
    }

    /// One line on a frame, with a dark rim.
    package func writeOnFrame(_ text: String, baseline: Point, size: Double, color: RGBColor) {
        place(text, baseline, size, .left)
        set(.halo, opacity: 0.75)
        cairo_set_line_width(context, size / 4)
        cairo_stroke_preserve(context)
        set(color, opacity: 1)
        cairo_fill(context)
    }

    /// Letters as outlines: drawn from their shapes alone, without a cache of rounded positions.
    private func place(_ text: String, _ baseline: Point, _ size: Double, _ alignment: TextAlignment) {
        let share =
            switch alignment {
            case .left: 0.0
            case .center: 0.5
            case .right: 1.0
            }
        let shift = share > 0 ? share * Typeface.width(of: text, size: size) : 0
        Typeface.select(in: context, size: size)
        cairo_new_path(context)
        cairo_move_to(context, baseline.x - shift, baseline.y)
        cairo_text_path(context, text)
    }
}

/// A text broken into lines.
enum TextLines {
    /// Breaks at spaces so that no line is wider than `width`, where words allow it.
    static func wrap(_ text: String, size: Double, width: Double) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ", omittingEmptySubsequences: true) {
            if let last = lines.last, Typeface.width(of: last + " " + word, size: size) <= width {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}
