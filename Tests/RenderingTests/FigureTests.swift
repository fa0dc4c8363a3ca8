import CSampleClip
import Cine
import Foundation
import Rendering
import Tensors
import Testing
import Video

@Suite struct FigureTests {
    @Test func numbersHaveThreeDigits() {
        let values = [0, 1, 0.5, -0.25, 12.345, 123.4, 0.012345, 0.001, -0.00213, 1234, 5.6e-12, 0.999]
        let texts = [
            "0", "1", "0.5", "−0.25", "12.3", "123", "0.0123", "1×10⁻³", "−2.13×10⁻³", "1.23×10³", "5.6×10⁻¹²", "0.999",
        ]
        #expect(values.map { NumberText.short($0) } == texts)
    }

    @Test func panelsStandInRows() throws {
        let colors: [UInt8] = [40, 80, 120, 160, 200]
        let frames = colors.map { RGBImage(width: 30, height: 20, pixels: [UInt8](repeating: $0, count: 1800)) }
        let sheet = try Figure(
            title: "", panels: frames.map { Figure.Panel(picture: $0, heading: "", legends: []) }, columns: 3,
            legends: [],
            note: "", density: 1
        ).image()
        #expect(sheet.width == 3 * 40 + 10)
        // Each frame's colour covers its whole area, in reading order.
        var found: [UInt8: (count: Int, x: Int, y: Int)] = [:]
        for y in 0..<sheet.height {
            for x in 0..<sheet.width {
                let value = sheet.pixels[3 * (y * sheet.width + x)]
                let known = found[value] ?? (0, x, y)
                found[value] = (known.count + 1, known.x, known.y)
            }
        }
        for color in colors { #expect(found[color]?.count == 600) }
        #expect(found[40]?.y == found[120]?.y && (found[40]?.x ?? 0) < (found[80]?.x ?? 0))
        #expect(found[160]?.x == found[40]?.x && (found[160]?.y ?? 0) > (found[40]?.y ?? 0))
    }

    @Test func theNumberOfTheScaleChangesThePicture() throws {
        func sheet(_ maximum: Double) throws -> RGBImage {
            try Figure(
                title: "", panels: [], columns: nil,
                legends: [.colors(.ember, MapScale(maximum: maximum), caption: "|∂y/∂x|")], note: "", density: 1
            ).image()
        }
        #expect(try sheet(1) != sheet(2))
        #expect(try sheet(1) == sheet(1))
    }

    /// A blob that follows the sample clip's square, drawn over it. Set CINEGRAD_TEST_PICTURES to a directory to look
    /// at the pictures.
    @Test func aBlobOverTheSampleClipIsDrawnWhereItIs() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).mp4")
        defer { try? FileManager.default.removeItem(at: url) }
        try Data(UnsafeRawBufferPointer(start: cinegrad_sample_clip_start(), count: cinegrad_sample_clip_size))
            .write(to: url)
        let (side, count) = (112, 12)
        var values = [Float](repeating: 0, count: count * side * side)
        func center(_ index: Int) -> (x: Float, y: Float) {
            let t = Float(2 * index)
            return (28 + 1.299 * t, 40 + 0.75 * t)
        }
        for index in 0..<count {
            for y in 0..<side {
                for x in 0..<side {
                    let (dx, dy) = (Float(x) - center(index).x, Float(y) - center(index).y)
                    // The derivative of a bump along the motion: positive ahead, negative behind.
                    let bump = Float(exp(Double(-(dx * dx + dy * dy) / 120)))
                    values[(index * side + y) * side + x] = 0.0021 * bump * (dx * 0.866 + dy * 0.5) / 6
                }
            }
        }
        let map = try AttributionMap(
            kind: .pixels, values: Tensor(shape: [1, count, side, side], values: values))
        let scale = MapScale.of(map: map)
        for (colorMap, style) in [
            (ColorMap.ember, FrameStyle.overlay), (.tide, .blend), (.ember, .map), (.tide, .overlay),
        ] {
            let renderer = MapRenderer(
                colorMap: colorMap, style: style, alpha: style == .blend ? 0.5 : 0.9, scale: scale)
            let frames = try (0..<count).map { index in
                let frame = try FrameReader.image(of: url, frame: 2 * index, limits: VideoLimits())
                return try renderer.image(
                    components: map.components(ofFrame: index),
                    stage: .model(width: side, height: side, zoom: 2, density: 1), background: frame)
            }
            let sheet = try Figure(
                title: "A bump that follows the shape",
                panels: frames.enumerated().map {
                    Figure.Panel(picture: $1, heading: "frame \(2 * $0)", legends: [])
                },
                columns: nil, legends: [.colors(colorMap, scale, caption: "∂y/∂x per unit of intensity")],
                note: "Not for diagnosis.", density: 1
            ).image()
            let bytes = try PNG.encode(sheet, text: [("Title", "Test picture")])
            if let directory = ProcessInfo.processInfo.environment["CINEGRAD_TEST_PICTURES"] {
                try Data(bytes).write(
                    to: URL(fileURLWithPath: directory).appending(path: "\(colorMap.rawValue)-\(style.rawValue).png"))
            }
            #expect(try PNG.decode(bytes).image == sheet)
            // Colour (what is not grey) is where the blob is, and hardly anywhere else.
            if style == .overlay {
                let (x, y) = (Int(2 * center(5).x), Int(2 * center(5).y))
                let frame = frames[5]
                func saturation(_ x: Int, _ y: Int) -> Int {
                    let color = frame[x, y]
                    let channels = [Int(color.red), Int(color.green), Int(color.blue)]
                    return (channels.max() ?? 0) - (channels.min() ?? 0)
                }
                var near: [Int] = []
                for dy in -24...24 { for dx in -24...24 { near.append(saturation(x + dx, y + dy)) } }
                #expect((near.max() ?? 0) > 100)
                #expect(saturation(200, 200) < 10)
            }
        }
    }
}
