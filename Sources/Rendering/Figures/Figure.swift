package import Cine

/// Pictures side by side, with headings, legends and a title: frames of a map on a sheet, or different maps of one frame.
package struct Figure: Hashable, Sendable {
    package struct Panel: Hashable, Sendable {
        package var picture: RGBImage
        /// Above the picture; empty for none.
        package var heading: String
        /// Below the picture.
        package var legends: [Legend]

        package init(picture: RGBImage, heading: String, legends: [Legend]) {
            self.picture = picture
            self.heading = heading
            self.legends = legends
        }
    }

    /// Above all; empty for none.
    package var title: String
    package var panels: [Panel]
    /// Nil for a figure about as wide as it is high.
    package var columns: Int?
    /// Below all panels.
    package var legends: [Legend]
    /// Small, at the bottom; empty for none.
    package var note: String
    /// Pixels for one of the measures that letters and lines have: 2 for a screen with twice the pixels. The panels'
    /// pictures are taken as they are.
    package var density: Int

    package init(
        title: String, panels: [Panel], columns: Int?, legends: [Legend], note: String, density: Int
    ) {
        self.title = title
        self.panels = panels
        self.columns = columns
        self.legends = legends
        self.note = note
        self.density = density
    }

    /// - Throws: ``RenderingError``.
    package func image() throws -> RGBImage {
        let layout = Layout(density: max(density, 1))
        let cell = Cell(panels, layout)
        let columns = columnCount(cell, layout)
        let rows = (panels.count + columns - 1) / columns
        let gap = layout.gap
        let inner = max(
            panels.isEmpty ? 0 : columns * (cell.width + gap) - gap, legends.isEmpty ? 0 : 2 * layout.readableWidth)
        let titleHeight =
            title.isEmpty ? 0 : layout.height(of: title, size: layout.titleSize, width: inner) + gap / 2
        let legendHeights = legends.map { $0.height(width: inner, layout: layout) + gap }
        let noteHeight = note.isEmpty ? 0 : layout.height(of: note, size: layout.textSize, width: inner) + gap
        let height = titleHeight + rows * (cell.height + gap) + legendHeights.reduce(0, +) + noteHeight + gap
        let canvas = try Canvas(width: inner + 2 * gap, height: height, color: .paper)

        canvas.write(title, x: gap, y: gap, width: inner, size: layout.titleSize, color: .ink, layout: layout)
        for (index, panel) in panels.enumerated() {
            cell.draw(
                panel, on: canvas, x: gap + index % columns * (cell.width + gap),
                y: gap + titleHeight + index / columns * (cell.height + gap), layout)
        }
        var y = gap + titleHeight + rows * (cell.height + gap)
        for (legend, height) in zip(legends, legendHeights) {
            legend.draw(on: canvas, x: gap, y: y, width: inner, layout: layout)
            y += height
        }
        canvas.write(note, x: gap, y: y, width: inner, size: layout.textSize, color: .faint, layout: layout)
        return canvas.image
    }

    private func columnCount(_ cell: Cell, _ layout: Layout) -> Int {
        let square = (Double(panels.count * (cell.height + layout.gap)) / Double(cell.width + layout.gap)).squareRoot()
        return min(max(columns ?? Int(square.rounded(.up)), 1), max(panels.count, 1))
    }
}

/// What every panel of a figure takes: the most that any needs, so that pictures stand in line.
private struct Cell {
    let width: Int
    let height: Int
    private let headingHeight: Int
    private let pictureHeight: Int

    init(_ panels: [Figure.Panel], _ layout: Layout) {
        let pictureWidth = panels.map(\.picture.width).max() ?? 0
        let width = panels.contains { !$0.legends.isEmpty } ? max(pictureWidth, layout.readableWidth) : pictureWidth
        self.width = width
        headingHeight =
            panels.map { layout.height(of: $0.heading, size: layout.headingSize, width: width) }.max() ?? 0
        pictureHeight = panels.map(\.picture.height).max() ?? 0
        let legendHeight = panels.map { panel in
            panel.legends.reduce(0) { $0 + layout.gap + $1.height(width: width, layout: layout) }
        }
        height = headingHeight + pictureHeight + (legendHeight.max() ?? 0)
    }

    func draw(_ panel: Figure.Panel, on canvas: Canvas, x: Int, y: Int, _ layout: Layout) {
        canvas.write(
            panel.heading, x: x, y: y, width: width, size: layout.headingSize, color: .ink, layout: layout)
        canvas.draw(panel.picture, x: x, y: y + headingHeight)
        var top = y + headingHeight + pictureHeight + layout.gap
        for legend in panel.legends {
            legend.draw(on: canvas, x: x, y: top, width: width, layout: layout)
            top += legend.height(width: width, layout: layout) + layout.gap
        }
    }
}
