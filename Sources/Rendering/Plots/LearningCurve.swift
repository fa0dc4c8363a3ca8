package import Cine
import Foundation

/// How a training went: charts above one another over one axis of steps, each with one line.
package struct LearningCurve: Hashable, Sendable {
    package struct Chart: Hashable, Sendable {
        package var caption: String
        package var color: RGBColor
        /// Steps made and a value, in order.
        package var points: [(step: Int, value: Double)]

        package init(caption: String, color: RGBColor, points: [(step: Int, value: Double)]) {
            self.caption = caption
            self.color = color
            self.points = points
        }

        package static func == (a: Chart, b: Chart) -> Bool {
            a.caption == b.caption && a.color == b.color && a.points.elementsEqual(b.points) { $0 == $1 }
        }

        package func hash(into hasher: inout Hasher) {
            hasher.combine(caption)
            hasher.combine(color)
        }
    }

    package var title: String
    package var charts: [Chart]
    /// Of the whole training.
    package var steps: Int

    package init(title: String, charts: [Chart], steps: Int) {
        self.title = title
        self.charts = charts
        self.steps = steps
    }

    private static let (width, chartHeight) = (900, 170)

    /// - Throws: ``RenderingError``.
    package func image() throws -> RGBImage {
        let layout = Layout(density: 1)
        let (gap, line) = (layout.gap, layout.lineHeight(layout.textSize))
        let head = layout.height(of: title, size: layout.titleSize, width: Self.width - 2 * gap)
        let block = line + gap / 2 + Self.chartHeight + gap + line
        let canvas = try Canvas(
            width: Self.width, height: 3 * gap + head + charts.count * (block + gap), color: .paper)
        canvas.write(
            title, x: gap, y: gap, width: Self.width - 2 * gap, size: layout.titleSize, color: .ink, layout: layout)
        var y = 2 * gap + head
        for chart in charts {
            canvas.write(
                chart.caption, x: gap, y: y, width: Self.width - 2 * gap, size: layout.textSize, color: .ink,
                layout: layout)
            draw(chart, on: canvas, y: y + line + gap / 2, layout: layout)
            y += block + gap
        }
        return canvas.image
    }

    private func draw(_ chart: Chart, on canvas: Canvas, y: Int, layout: Layout) {
        let points = chart.points.filter { $0.value.isFinite }
        let values = points.map(\.value)
        let scale = PlotScale(lowest: min(values.min() ?? 0, 0), highest: values.max() ?? 0)
        let margin = layout.gap + scale.labelWidth(size: layout.textSize) + layout.gap / 2
        let span = Double(Self.width - margin - 2 * layout.gap)
        func place(_ step: Int, _ value: Double) -> Point {
            Point(
                x: Double(margin) + span * Double(step) / Double(max(steps, 1)),
                y: Double(y) + Double(Self.chartHeight) * (1 - scale.share(value)))
        }
        for mark in scale.marks {
            let row = Int(place(0, mark).y.rounded())
            canvas.fill(x: margin, y: row, width: Int(span), height: layout.hairline, color: RGBColor(62, 62, 68))
            canvas.write(
                NumberText.short(mark),
                baseline: Point(x: Double(margin - layout.gap / 2), y: Double(row) + layout.textSize * 0.36),
                size: layout.textSize, color: .faint, alignment: .right)
        }
        for step in [0, steps / 2, steps] {
            canvas.write(
                step == 0 ? "step 0" : String(step),
                baseline: Point(x: place(step, 0).x, y: Double(y + Self.chartHeight + layout.gap) + layout.textSize),
                size: layout.textSize, color: .faint, alignment: step == steps ? .right : step == 0 ? .left : .center)
        }
        let line = points.map { place($0.step, $0.value) }
        canvas.stroke(line, width: 2, color: chart.color, opacity: 1)
        if line.count <= 60 { for point in line { canvas.disc(at: point, radius: 2.6, color: chart.color) } }
    }
}
