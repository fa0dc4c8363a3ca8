/// The measures of a figure in pixels. All are multiples of the density, so that a figure of density 2 is the same
/// figure with twice the pixels.
struct Layout {
    let density: Double

    init(density: Int) { self.density = Double(density) }

    var gap: Int { Int(10 * density) }
    var titleSize: Double { 16 * density }
    var headingSize: Double { 13 * density }
    var textSize: Double { 11.5 * density }
    var barHeight: Int { Int(12 * density) }
    var tick: Int { Int(4 * density) }
    var hairline: Int { Int(density) }
    var wheelRadius: Double { 36 * density }
    /// The least width of a panel that has a heading or a legend.
    var readableWidth: Int { Int(230 * density) }
    /// The widest that a bar of colours is drawn.
    var maximumBarWidth: Int { Int(460 * density) }

    func lineHeight(_ size: Double) -> Int { Int((size * 1.35).rounded(.up)) }

    /// Of lines of text in a width.
    func height(of text: String, size: Double, width: Int) -> Int {
        TextLines.wrap(text, size: size, width: Double(width)).count * lineHeight(size)
    }
}

extension Canvas {
    /// Lines of text from the upper left corner; returns the height.
    @discardableResult
    func write(_ text: String, x: Int, y: Int, width: Int, size: Double, color: RGBColor, layout: Layout) -> Int {
        let lines = TextLines.wrap(text, size: size, width: Double(width))
        let line = layout.lineHeight(size)
        for (index, words) in lines.enumerated() {
            let baseline = Double(y + index * line) + size * (Typeface.capHeight + 0.22)
            write(words, baseline: Point(x: Double(x), y: baseline), size: size, color: color, alignment: .left)
        }
        return lines.count * line
    }
}
