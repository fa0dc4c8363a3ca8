import Foundation

/// What the colours of a sheet mean, in numbers.
package struct ColorLegend: Hashable, Sendable {
    package var colorMap: ColorMap
    package var scale: MapScale
    /// What is drawn and in which unit, for instance "|∂y/∂x| per unit of intensity".
    package var caption: String

    package init(colorMap: ColorMap, scale: MapScale, caption: String) {
        self.colorMap = colorMap
        self.scale = scale
        self.caption = caption
    }
}

/// All frames of a map on one picture.
package enum ContactSheet {
    private static let gap = 8
    private static let dot = 2
    private static let paper: Canvas.Color = (24, 24, 27)
    private static let ink: Canvas.Color = (228, 228, 231)

    /// - Parameters:
    ///   - frames: in their order, enlarged if that is wanted; rows run from the left. None gives a sheet with the
    /// legend alone.
    ///   - columns: nil for a sheet about as wide as it is high.
    ///   - labels: written above the frames, one each; missing ones are left out.
    ///   - legend: drawn below with its numbers.
    package static func image(
        frames: [RGBImage], columns: Int?, labels: [String], legend: ColorLegend?
    ) -> RGBImage {
        let (cellWidth, cellHeight) = (frames.map(\.width).max() ?? 0, frames.map(\.height).max() ?? 0)
        let labelHeight = DotFont.height * dot + gap
        let square = (Double(frames.count * (cellHeight + labelHeight)) / Double(max(cellWidth, 1))).squareRoot()
        let columnCount = min(max(columns ?? Int(square.rounded(.up)), 1), max(frames.count, 1))
        let rowCount = (frames.count + columnCount - 1) / columnCount
        let gridHeight = rowCount * (labelHeight + cellHeight + gap)
        let strip = legend.map { Self.strip($0) }
        let width = max(columnCount * (cellWidth + gap) + gap, (strip?.width ?? 0) + 2 * gap)
        let height = gridHeight + gap + (strip.map { $0.height + gap } ?? 0)

        var canvas = Canvas(width: width, height: height, color: paper)
        for (index, frame) in frames.enumerated() {
            let x = gap + index % columnCount * (cellWidth + gap)
            let y = gap + index / columnCount * (labelHeight + cellHeight + gap)
            if index < labels.count { canvas.write(labels[index], x: x, y: y, dot: dot, color: ink) }
            canvas.draw(frame, x: x, y: y + labelHeight - gap / 2)
        }
        if let strip { canvas.draw(strip, x: gap, y: gridHeight + gap) }
        return canvas.image
    }

    /// A bar of all colours with its numbers, and the caption.
    private static func strip(_ legend: ColorLegend) -> RGBImage {
        let (barWidth, barHeight, textHeight) = (512, 16, DotFont.height * dot)
        let maximum = legend.scale.maximum
        let lowest = legend.colorMap.isDiverging ? -maximum : 0
        let numbers = [lowest, (lowest + maximum) / 2, maximum].map { number($0) }
        // Numbers stand centred under the bar's ends.
        let margin = (numbers.map { DotFont.width(of: $0, dot: dot) }.max() ?? 0) / 2 + 1
        let captionWidth = DotFont.width(of: legend.caption, dot: dot)
        var canvas = Canvas(
            width: max(barWidth + 2 * margin, captionWidth + margin), height: 2 * textHeight + barHeight + 3 * gap,
            color: paper)
        canvas.write(legend.caption, x: margin, y: 0, dot: dot, color: ink)
        let table = legend.colorMap.table
        let top = textHeight + gap
        for column in 0..<barWidth {
            let entry = 3 * (column * 256 / barWidth)
            canvas.fill(
                x: margin + column, y: top, width: 1, height: barHeight,
                color: (table[entry], table[entry + 1], table[entry + 2]))
        }
        for (index, text) in numbers.enumerated() {
            let x = margin + index * (barWidth - 1) / 2
            canvas.fill(x: x, y: top + barHeight, width: 1, height: gap / 2, color: ink)
            canvas.write(
                text, x: x - DotFont.width(of: text, dot: dot) / 2, y: top + barHeight + gap, dot: dot, color: ink)
        }
        return canvas.image
    }

    /// Three significant digits, with a power of ten where there would be many zeros.
    package static func number(_ value: Double) -> String {
        if value == 0 { return "0" }
        guard value.isFinite else { return "\(value)" }
        if abs(value) >= 0.01, abs(value) < 1000 { return trimmed(String(format: "%.\(decimals(value))f", value)) }
        let parts = String(format: "%.2e", value).split(separator: "e")
        guard parts.count == 2, let exponent = Int(parts[1]) else { return "\(value)" }
        return trimmed(String(parts[0])) + "E\(exponent)"
    }

    private static func decimals(_ value: Double) -> Int {
        switch abs(value) {
        case 100...: 0
        case 10...: 1
        case 1...: 2
        case 0.1...: 3
        default: 4
        }
    }

    /// Without zeros at the end of a fraction.
    private static func trimmed(_ text: String) -> String {
        guard text.contains(".") else { return text }
        var text = text
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }
}
