package import Cine

/// What belongs to each frame of a clip, as charts above one another over one axis of frames.
package struct TimelinePlot: Hashable, Sendable {
    package struct Series: Hashable, Sendable {
        package var name: String
        package var color: RGBColor
        /// One a frame; nil where there is none.
        package var values: [Double?]

        package init(name: String, color: RGBColor, values: [Double?]) {
            self.name = name
            self.color = color
            self.values = values
        }
    }

    package enum Chart: Hashable, Sendable {
        /// Columns on top of one another; values are not negative.
        case stacked([Series], caption: String)
        case lines([Series], caption: String)
    }

    package var title: String
    package var charts: [Chart]
    package var frames: Int
    /// A frame to point at; nil for none.
    package var current: Int?
    /// Of the whole picture at a density of 1.
    package var width: Int
    /// Of one chart's area at a density of 1.
    package var chartHeight: Int
    package var density: Int

    package init(
        title: String, charts: [Chart], frames: Int, current: Int?, width: Int, chartHeight: Int, density: Int
    ) {
        self.title = title
        self.charts = charts
        self.frames = frames
        self.current = current
        self.width = width
        self.chartHeight = chartHeight
        self.density = density
    }

    /// - Throws: ``RenderingError``.
    package func image() throws -> RGBImage {
        let layout = Layout(density: max(density, 1))
        let gap = layout.gap
        let line = layout.lineHeight(layout.textSize)
        let total = width * max(density, 1)
        let inner = max(total - 2 * gap, 1)
        let titleHeight =
            title.isEmpty ? 0 : layout.height(of: title, size: layout.titleSize, width: inner) + gap / 2
        let heads = charts.map { $0.headHeight(width: inner, layout: layout) + gap / 2 }
        let area = chartHeight * max(density, 1)
        let height = gap + titleHeight + heads.reduce(0) { $0 + $1 + area + gap + layout.tick + line } + line + gap
        let canvas = try Canvas(width: total, height: height, color: .paper)
        canvas.write(title, x: gap, y: gap, width: inner, size: layout.titleSize, color: .ink, layout: layout)

        let scales = charts.map { PlotScale($0, frames: frames) }
        // One margin for all, so that frames stand above one another.
        let margin = scales.map { $0.labelWidth(size: layout.textSize) }.max() ?? 0
        var y = gap + titleHeight
        for (index, chart) in charts.enumerated() {
            chart.drawHead(on: canvas, x: gap, y: y, width: inner, layout: layout)
            let plot = PlotArea(
                x: gap + margin + gap / 2, y: y + heads[index], width: max(inner - margin - gap / 2, 1), height: area,
                frames: frames, scale: scales[index])
            plot.draw(chart, on: canvas, current: current, layout: layout)
            y += heads[index] + area + gap + layout.tick + line
        }
        canvas.write(
            "frame of the clip", baseline: Point(x: Double(total - gap), y: Double(y) + layout.textSize),
            size: layout.textSize, color: .faint, alignment: .right)
        return canvas.image
    }
}

extension TimelinePlot.Chart {
    var series: [TimelinePlot.Series] {
        switch self {
        case .stacked(let series, _), .lines(let series, _): series
        }
    }

    private var caption: String {
        switch self {
        case .stacked(_, let caption), .lines(_, let caption): caption
        }
    }

    /// The names of its series.
    private var signs: Legend {
        let shape: LegendSign.Shape =
            switch self {
            case .stacked: .area
            case .lines: .line
            }
        return .signs(series.map { LegendSign(shape: shape, color: $0.color, name: $0.name) })
    }

    fileprivate func headHeight(width: Int, layout: Layout) -> Int {
        layout.height(of: caption, size: layout.textSize, width: width) + signs.height(width: width, layout: layout)
    }

    fileprivate func drawHead(on canvas: Canvas, x: Int, y: Int, width: Int, layout: Layout) {
        let height = canvas.write(
            caption, x: x, y: y, width: width, size: layout.textSize, color: .ink, layout: layout)
        signs.draw(on: canvas, x: x, y: y + height, width: width, layout: layout)
    }
}
