import Cine
import Rendering
import Testing

@Suite struct StageTests {
    @Test func aPixelOfTheMapHasItsCentreInTheMiddleOfItsSquare() {
        let stage = Stage.model(width: 10, height: 8, zoom: 4, density: 2)
        #expect(stage.width == 40 && stage.height == 32)
        #expect(stage.place(Point(x: 0, y: 0)) == Point(x: 2, y: 2))
        #expect(stage.place(Point(x: 9, y: 7)) == Point(x: 38, y: 30))
        #expect(stage.pitch == Point(x: 4, y: 4))
    }

    @Test func theSourceMayBeWiderThanTheModelAndShowMore() {
        // The model saw columns 20 to 180 of 200 and all 50 rows, as 16 x 10 pixels.
        let stage = Stage(
            frameWidth: 200, frameHeight: 50, mapWidth: 16, mapHeight: 10,
            region: Stage.Region(x: 20, y: 0, width: 160, height: 50), zoom: 2, density: 1)
        #expect(stage.width == 400 && stage.height == 100)
        #expect(stage.pitch == Point(x: 20, y: 10))
        #expect(stage.place(Point(x: 0, y: 0)) == Point(x: 50, y: 5))
        #expect(stage.place(Point(x: -0.5, y: -0.5)) == Point(x: 40, y: 0))
        #expect(stage.place(Point(x: 15.5, y: 9.5)) == Point(x: 360, y: 100))
    }

    /// A bright pixel of the map is where the stage says, and there is nothing where the model saw nothing.
    @Test func aMapLiesOnTheSourceWhereTheModelSawIt() throws {
        let stage = Stage(
            frameWidth: 60, frameHeight: 20, mapWidth: 4, mapHeight: 2,
            region: Stage.Region(x: 10, y: 0, width: 40, height: 20), zoom: 1, density: 1)
        var values = [Float](repeating: 1, count: 8)
        values[6] = 2
        let picture = try MapRenderer(colorMap: .gray, style: .map, alpha: 1, scale: MapScale(maximum: 2))
            .image(components: [values], stage: stage, background: nil)
        let (dark, half, full) = (
            RGBColor(0, 0, 0), ColorMap.gray.entry(of: 0.5), ColorMap.gray.entry(of: 1)
        )
        #expect(picture[9, 5] == dark && picture[50, 5] == dark)
        #expect(picture[10, 0] == half && picture[49, 4] == half)
        // Pixel (2, 1) of the map has its centre at 35, 15; the nearest pixel's centre is half a pixel off.
        let lights = (0..<60).map { picture[$0, 15].red }
        #expect(lights.max() == picture[35, 15].red && picture[35, 15].red > half.red)
        #expect(picture[34, 19] == picture[35, 19] && picture[35, 19].red <= full.red)
    }

    @Test func theFrameAloneKeepsItsColours() throws {
        let frame = RGBImage(width: 2, height: 1, pixels: [10, 20, 30, 40, 50, 60])
        let picture = try Stage.model(width: 2, height: 1, zoom: 3, density: 1).picture(of: frame)
        #expect(picture == frame.scaled(by: 3, .bilinear))
        #expect(throws: RenderingError.sizeMismatch(expected: 6, found: 2)) {
            try Stage.model(width: 3, height: 2, zoom: 1, density: 1).picture(of: frame)
        }
    }
}

extension ColorMap {
    /// The colour of a share of the scale, as the table has it.
    func entry(of fraction: Double) -> RGBColor {
        let index = 3 * Int((255 * (isDiverging ? (fraction + 1) / 2 : fraction)).rounded())
        return RGBColor(table[index], table[index + 1], table[index + 2])
    }
}
