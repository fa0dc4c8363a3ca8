extension Legend {
    /// - Parameter width: that the legend may take.
    func height(width: Int, layout: Layout) -> Int {
        let line = layout.lineHeight(layout.textSize)
        switch self {
        case .colors(_, _, let caption):
            return layout.height(of: caption, size: layout.textSize, width: width) + layout.barHeight + layout.tick
                + line
        case .wheel: return Int(2 * layout.wheelRadius) + line
        case .arrow(_, _, _, let caption):
            return line + layout.height(of: caption, size: layout.textSize, width: width)
        case .signs(let signs): return Self.rows(signs, width: width, layout: layout).count * line
        }
    }

    func draw(on canvas: Canvas, x: Int, y: Int, width: Int, layout: Layout) {
        switch self {
        case .colors(let map, let scale, let caption):
            let height = canvas.write(
                caption, x: x, y: y, width: width, size: layout.textSize, color: .ink, layout: layout)
            canvas.drawBar(map, scale, x: x, y: y + height, width: min(width, layout.maximumBarWidth), layout: layout)
        case .wheel(let scale, let caption):
            canvas.drawWheel(scale, caption: caption, x: x, y: y, width: width, layout: layout)
        case .arrow(let color, let value, let pixelsPerUnit, let caption):
            canvas.drawReference(
                color, value: value, length: value * pixelsPerUnit, x: x, y: y, layout: layout)
            canvas.write(
                caption, x: x, y: y + layout.lineHeight(layout.textSize), width: width, size: layout.textSize,
                color: .ink, layout: layout)
        case .signs(let signs):
            for (row, places) in Self.rows(signs, width: width, layout: layout).enumerated() {
                for (sign, offset) in places {
                    canvas.draw(
                        sign, x: x + offset, y: y + row * layout.lineHeight(layout.textSize), layout: layout)
                }
            }
        }
    }

    /// Signs from left to right, in as many rows as they need.
    private static func rows(_ signs: [LegendSign], width: Int, layout: Layout) -> [[(LegendSign, Int)]] {
        var (rows, offset): ([[(LegendSign, Int)]], Int) = ([], 0)
        for sign in signs {
            let needed = Int(layout.signWidth + Typeface.width(of: sign.name, size: layout.textSize)) + 2 * layout.gap
            if rows.isEmpty || offset + needed - 2 * layout.gap > width {
                rows.append([])
                offset = 0
            }
            rows[rows.count - 1].append((sign, offset))
            offset += needed
        }
        return rows
    }
}

extension Layout {
    /// Of a sign and the space before its name.
    fileprivate var signWidth: Double { 26 * density }
}

extension Canvas {
    fileprivate func drawBar(_ map: ColorMap, _ scale: MapScale, x: Int, y: Int, width: Int, layout: Layout) {
        let (table, maximum) = (map.table, scale.maximum)
        for column in 0..<width {
            let entry = 3 * (column * 256 / width)
            fill(
                x: x + column, y: y, width: 1, height: layout.barHeight,
                color: RGBColor(table[entry], table[entry + 1], table[entry + 2]))
        }
        // Full colour is for all that is at the scale or beyond.
        let ticks: [(share: Double, text: String, alignment: TextAlignment)] =
            maximum <= 0
            ? [(map.isDiverging ? 0.5 : 0, "0 (all values are zero)", map.isDiverging ? .center : .left)]
            : map.isDiverging
                ? [
                    (0, "≤ " + NumberText.short(-maximum), .left), (0.5, "0", .center),
                    (1, "≥ " + NumberText.short(maximum), .right),
                ]
                : [
                    (0, "0", .left), (0.5, NumberText.short(maximum / 2), .center),
                    (1, "≥ " + NumberText.short(maximum), .right),
                ]
        for tick in ticks {
            let column = x + Int(tick.share * Double(width - layout.hairline))
            fill(x: column, y: y + layout.barHeight, width: layout.hairline, height: layout.tick, color: .faint)
            let baseline = Double(y + layout.barHeight + layout.tick) + layout.textSize * (Typeface.capHeight + 0.22)
            write(
                tick.text, baseline: Point(x: Double(x) + tick.share * Double(width), y: baseline),
                size: layout.textSize, color: .ink, alignment: tick.alignment)
        }
    }

    fileprivate func drawWheel(
        _ scale: MapScale, caption: String, x: Int, y: Int, width: Int, layout: Layout
    ) {
        let radius = layout.wheelRadius
        draw(FlowColors.wheel(radius: radius, paper: .paper), x: x, y: y)
        let left = x + Int(2 * radius) + layout.gap
        let text =
            scale.maximum > 0
            ? "\(caption). Rim: \(NumberText.short(scale.maximum)) and more" : "\(caption). Nothing moves"
        write(
            text, x: left, y: y, width: max(width - (left - x), 1), size: layout.textSize, color: .ink, layout: layout)
    }

    fileprivate func drawReference(
        _ color: RGBColor, value: Double, length: Double, x: Int, y: Int, layout: Layout
    ) {
        let middle = Double(y) + layout.textSize * 0.62
        let tail = Point(x: Double(x), y: middle)
        arrow(
            from: tail, to: Point(x: tail.x + length, y: middle), width: 1.6 * layout.density, color: color, halo: 0)
        write(
            NumberText.short(value), x: x + Int(length) + layout.gap, y: y, width: width, size: layout.textSize,
            color: .ink, layout: layout)
    }

    fileprivate func draw(_ sign: LegendSign, x: Int, y: Int, layout: Layout) {
        let (density, middle) = (layout.density, Double(y) + layout.textSize * 0.62)
        let (left, right) = (Point(x: Double(x), y: middle), Point(x: Double(x) + 20 * density, y: middle))
        switch sign.shape {
        case .dot:
            disc(at: Point(x: left.x + 10 * density, y: middle), radius: 4 * density, color: sign.color)
        case .line: stroke([left, right], width: 2 * density, color: sign.color, opacity: 1)
        case .arrow: arrow(from: left, to: right, width: 2 * density, color: sign.color, halo: 0)
        case .area:
            fill(
                x: x, y: Int(middle - 5 * density), width: Int(20 * density), height: Int(10 * density),
                color: sign.color)
        }
        write(
            sign.name, x: x + Int(layout.signWidth), y: y, width: width, size: layout.textSize, color: .ink,
            layout: layout)
    }
}
