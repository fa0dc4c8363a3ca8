import Foundation

/// The values of a chart's axis, with round numbers at its marks.
struct PlotScale: Equatable {
    let lowest: Double
    let highest: Double
    let marks: [Double]

    /// Includes zero for columns; lines take the room that they need.
    init(_ chart: TimelinePlot.Chart, frames: Int) {
        switch chart {
        case .stacked(let series, _):
            let sums = (0..<frames).map { frame in
                series.reduce(0.0) { sum, series in
                    let value = frame < series.values.count ? series.values[frame] ?? 0 : 0
                    return min(sum + (value.isFinite ? max(value, 0) : 0), 1e300)
                }
            }
            self.init(lowest: 0, highest: sums.max() ?? 0)
        case .lines(let series, _):
            let values = series.flatMap(\.values).compactMap { $0 }.filter(\.isFinite)
            self.init(lowest: values.min() ?? 0, highest: values.max() ?? 0)
        }
    }

    /// The range widened to round numbers, with two to five marks.
    init(lowest: Double, highest: Double) {
        // Far from the ends of what a Double holds, so that differences and sums are numbers.
        let (lowest, highest) = (max(lowest, -1e300), min(highest, 1e300))
        let span = highest > lowest ? highest - lowest : max(abs(highest), 1)
        let rough = span / 4
        let power = pow(10, log10(rough).rounded(.down))
        let step = ([1, 2, 2.5, 5, 10].first { $0 * power >= rough * 0.999_999 } ?? 10) * power
        let first = (lowest / step + 1e-9).rounded(.down)
        let last = max((highest / step - 1e-9).rounded(.up), first + 1)
        self.lowest = first * step
        self.highest = last * step
        marks = (Int(first)...Int(last)).map { Double($0) * step }
    }

    /// 0 at the bottom, 1 at the top.
    func share(_ value: Double) -> Double { (value - lowest) / (highest - lowest) }

    func labelWidth(size: Double) -> Int {
        Int((marks.map { Typeface.width(of: NumberText.short($0), size: size) }.max() ?? 0).rounded(.up))
    }
}

/// Where a chart is on a picture.
struct PlotArea {
    let x, y, width, height: Int
    let frames: Int
    let scale: PlotScale

    func draw(_ chart: TimelinePlot.Chart, on canvas: Canvas, current: Int?, layout: Layout) {
        drawAxes(on: canvas, layout: layout)
        if let current, (0..<frames).contains(current) {
            canvas.fill(
                x: Int(left(current)), y: y, width: max(Int(column), layout.hairline), height: height,
                color: RGBColor(58, 58, 64))
        }
        switch chart {
        case .stacked(let series, _): drawColumns(series, on: canvas, layout: layout)
        case .lines(let series, _): for series in series { drawLine(series, on: canvas, layout: layout) }
        }
    }

    private var column: Double { Double(width) / Double(max(frames, 1)) }
    private func left(_ frame: Int) -> Double { Double(x) + Double(frame) * column }
    private func center(_ frame: Int) -> Double { left(frame) + column / 2 }
    private func level(_ value: Double) -> Double { Double(y + height) - scale.share(value) * Double(height) }

    private func drawAxes(on canvas: Canvas, layout: Layout) {
        for mark in scale.marks {
            let row = Int(level(mark).rounded())
            canvas.fill(x: x, y: row, width: width, height: layout.hairline, color: RGBColor(62, 62, 68))
            canvas.write(
                NumberText.short(mark),
                baseline: Point(x: Double(x - layout.gap / 2), y: Double(row) + layout.textSize * 0.36),
                size: layout.textSize, color: .faint, alignment: .right)
        }
        // As many numbers as fit without touching.
        let widest = Typeface.width(of: String(max(frames - 1, 0)), size: layout.textSize) + Double(layout.gap)
        let step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].first { Double($0) * column >= widest } ?? max(frames, 1)
        for frame in stride(from: 0, to: frames, by: step) {
            canvas.fill(
                x: Int(center(frame)), y: y + height, width: layout.hairline, height: layout.tick, color: .faint)
            let baseline = Double(y + height + layout.tick) + layout.textSize * (Typeface.capHeight + 0.22)
            canvas.write(
                String(frame), baseline: Point(x: center(frame), y: baseline), size: layout.textSize, color: .faint,
                alignment: .center)
        }
    }

    private func drawColumns(_ series: [TimelinePlot.Series], on canvas: Canvas, layout: Layout) {
        let gap = column >= 4 * layout.density ? column * 0.15 : 0
        for frame in 0..<frames {
            var base = 0.0
            for series in series where frame < series.values.count {
                guard let value = series.values[frame], value.isFinite, value > 0 else { continue }
                let (bottom, top) = (level(base), level(base + value))
                let (from, to) = (left(frame) + gap, left(frame) + column - gap)
                canvas.fill(
                    [
                        Point(x: from, y: bottom), Point(x: to, y: bottom), Point(x: to, y: top),
                        Point(x: from, y: top),
                    ], color: series.color, opacity: 1)
                base += value
            }
        }
    }

    /// Interrupted where there is no value.
    private func drawLine(_ series: TimelinePlot.Series, on canvas: Canvas, layout: Layout) {
        var run: [Point] = []
        func finish() {
            canvas.stroke(run, width: 2 * layout.density, color: series.color, opacity: 1)
            if column >= 8 * layout.density || run.count == 1 {
                for point in run { canvas.disc(at: point, radius: 2.6 * layout.density, color: series.color) }
            }
            run = []
        }
        for frame in 0..<min(frames, series.values.count) {
            guard let value = series.values[frame], value.isFinite else {
                finish()
                continue
            }
            run.append(Point(x: center(frame), y: level(value)))
        }
        finish()
    }
}
