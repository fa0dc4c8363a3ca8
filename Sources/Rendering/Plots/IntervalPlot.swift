package import Cine

/// Means with their intervals as dots on bars: one line a row, one column a quantity, several series side by side.
package struct IntervalPlot: Hashable, Sendable {
    package struct Value: Hashable, Sendable {
        /// Which of the series.
        package var series: Int
        package var mean, low, high: Double

        package init(series: Int, mean: Double, low: Double, high: Double) {
            self.series = series
            self.mean = mean
            self.low = low
            self.high = high
        }
    }

    package struct Column: Hashable, Sendable {
        package var caption: String
        /// Where an upright line stands: what a map that tells nothing would have; nil for none.
        package var reference: Double?
        /// Of each row.
        package var values: [[Value]]

        package init(caption: String, reference: Double?, values: [[Value]]) {
            self.caption = caption
            self.reference = reference
            self.values = values
        }
    }

    package var title: String
    package var rows: [String]
    package var series: [LegendSign]
    package var columns: [Column]

    package init(title: String, rows: [String], series: [LegendSign], columns: [Column]) {
        self.title = title
        self.rows = rows
        self.series = series
        self.columns = columns
    }

    private static let (columnWidth, rowHeight) = (300, 26)

    /// - Throws: ``RenderingError``.
    package func image() throws -> RGBImage {
        let layout = Layout(density: 1)
        let gap = layout.gap
        let names = Int((rows.map { Typeface.width(of: $0, size: layout.textSize) }.max() ?? 0).rounded(.up))
        let width = 2 * gap + names + columns.count * (Self.columnWidth + 2 * gap)
        let inner = width - 2 * gap
        let legend = Legend.signs(series)
        let head = layout.height(of: title, size: layout.titleSize, width: inner)
        let captions =
            columns.map { layout.height(of: $0.caption, size: layout.textSize, width: Self.columnWidth) }.max() ?? 0
        let top = gap + head + gap + legend.height(width: inner, layout: layout) + gap + captions + gap
        let bottom = top + rows.count * Self.rowHeight
        let canvas = try Canvas(
            width: width, height: bottom + layout.lineHeight(layout.textSize) + 2 * gap, color: .paper)
        canvas.write(title, x: gap, y: gap, width: inner, size: layout.titleSize, color: .ink, layout: layout)
        legend.draw(on: canvas, x: gap, y: 2 * gap + head, width: inner, layout: layout)
        for (index, name) in rows.enumerated() {
            let middle = Double(top + index * Self.rowHeight) + Double(Self.rowHeight) / 2
            canvas.write(
                name, baseline: Point(x: Double(gap + names), y: middle + layout.textSize * 0.36),
                size: layout.textSize, color: .ink, alignment: .right)
        }
        for (index, column) in columns.enumerated() {
            let x = 2 * gap + names + gap + index * (Self.columnWidth + 2 * gap)
            canvas.write(
                column.caption, x: x, y: top - gap - captions, width: Self.columnWidth, size: layout.textSize,
                color: .ink, layout: layout)
            draw(column, on: canvas, x: x, y: top, bottom: bottom, layout: layout)
        }
        return canvas.image
    }

    private func draw(_ column: Column, on canvas: Canvas, x: Int, y: Int, bottom: Int, layout: Layout) {
        let all = column.values.joined().filter { $0.mean.isFinite }
        let reference = column.reference ?? 0
        let scale = PlotScale(
            lowest: min(all.map(\.low).min() ?? 0, reference, 0), highest: max(all.map(\.high).max() ?? 0, reference, 0)
        )
        func place(_ value: Double) -> Double { Double(x) + scale.share(value) * Double(Self.columnWidth) }
        for mark in scale.marks {
            canvas.fill(
                x: Int(place(mark).rounded()), y: y, width: layout.hairline, height: bottom - y,
                color: RGBColor(62, 62, 68))
            canvas.write(
                NumberText.short(mark),
                baseline: Point(x: place(mark), y: Double(bottom + layout.gap) + layout.textSize),
                size: layout.textSize, color: .faint, alignment: .center)
        }
        if let reference = column.reference {
            canvas.fill(
                x: Int(place(reference).rounded()), y: y, width: 2 * layout.hairline, height: bottom - y, color: .faint)
        }
        let step = Double(Self.rowHeight) / Double(series.count + 1)
        for (row, values) in column.values.enumerated() {
            for value in values where value.mean.isFinite && series.indices.contains(value.series) {
                let line = Double(y + row * Self.rowHeight) + step * Double(value.series + 1)
                let color = series[value.series].color
                canvas.stroke(
                    [Point(x: place(value.low), y: line), Point(x: place(value.high), y: line)], width: 2,
                    color: color, opacity: 1)
                canvas.disc(at: Point(x: place(value.mean), y: line), radius: 3.2, color: color)
            }
        }
    }
}
