import Cine
import Foundation
import Rendering
import Testing

/// Directions as colours and as arrows.
@Suite struct FieldTests {
    @Test(arguments: [0.2, 0.5, 1.0])
    func equalAnglesAreEquallyDifferentAndNoDirectionIsBrighter(magnitude: Double) {
        let colors = (0...360).map { FlowColors.color(angle: Double($0) * .pi / 180, magnitude: magnitude) }
        let steps = zip(colors, colors.dropFirst()).map { $0.distance(to: $1) }
        let mean = steps.reduce(0, +) / 360
        #expect(mean > 0 && steps.allSatisfy { abs($0 - mean) < 0.01 * mean })
        #expect(colors.allSatisfy { $0.lightness == colors[0].lightness })
        for color in colors { for light in color.linearRGB { #expect((0...1).contains(light)) } }
    }

    @Test func noMotionIsOneColourWhateverTheDirection() {
        let nothing = FlowColors.color(angle: 0, magnitude: 0)
        #expect((0..<8).allSatisfy { FlowColors.color(angle: Double($0), magnitude: 0) == nothing })
        #expect(nothing.a == 0 && nothing.b == 0 && nothing.lightness < 0.2)
    }

    @Test func aFieldHasTheColoursOfItsDirections() throws {
        let stage = Stage.model(width: 6, height: 1, zoom: 1, density: 1)
        let (dx, dy): ([Float], [Float]) = ([3, 0, -3, 0, 9, .nan], [0, 3, 0, 0, 0, 1])
        let picture = try FieldRenderer(style: .map, alpha: 1, scale: MapScale(maximum: 3))
            .image(dx: dx, dy: dy, stage: stage, background: nil)
        func color(_ angle: Double, _ magnitude: Double) -> RGBColor {
            RGBColor(FlowColors.color(angle: angle, magnitude: magnitude))
        }
        #expect(picture[0, 0] == color(0, 1) && picture[1, 0] == color(.pi / 2, 1))
        #expect(picture[2, 0] == color(.pi, 1) && picture[3, 0] == color(0, 0))
        // Beyond the scale is held; what is not a number is nothing.
        #expect(picture[4, 0] == color(0, 1) && picture[5, 0] == color(0, 0))
    }

    @Test(arguments: FrameStyle.allCases)
    func aFieldOfZerosLooksLikeNothing(style: FrameStyle) throws {
        let frame = RGBImage(width: 8, height: 8, grey: 200)
        let stage = Stage.model(width: 8, height: 8, zoom: 2, density: 1)
        let zeros = [Float](repeating: 0, count: 64)
        for maximum in [0.0, 3] {
            let picture = try FieldRenderer(style: style, alpha: 0.5, scale: MapScale(maximum: maximum))
                .image(dx: zeros, dy: zeros, stage: stage, background: frame)
            #expect(Set((0..<16).flatMap { y in (0..<16).map { picture[$0, y] } }).count == 1)
            if style == .overlay { #expect(picture[3, 3] == RGBColor(120, 120, 120)) }
        }
    }

    private func drawn(_ dx: Float, _ dy: Float, scale: Double) throws -> RGBImage {
        let stage = Stage.model(width: 20, height: 20, zoom: 3, density: 2)
        let canvas = try Canvas(RGBImage(width: 60, height: 60, grey: 90))
        try FieldArrows(scale: MapScale(maximum: scale), coloring: .one(.motion), spacing: 30).draw(
            dx: .init(repeating: dx, count: 400), dy: .init(repeating: dy, count: 400), on: canvas, stage: stage)
        return canvas.image
    }

    /// The head of an arrow is its widest part and at its end.
    @Test(arguments: [(1, 0), (-1, 0), (0, 1), (0, -1)])
    func anArrowPointsWhereTheFieldDoes(dx: Int, dy: Int) throws {
        let places = try drawn(Float(dx) * 2, Float(dy) * 2, scale: 3).places(of: .motion)
        #expect(places.count > 40)
        let along = Dictionary(grouping: places) { Int($0.x) * dx + Int($0.y) * dy }.mapValues(\.count)
        let widest = try #require(along.max { $0.value < $1.value }?.key)
        let keys = along.keys.sorted()
        let (first, last) = (try #require(keys.first), try #require(keys.last))
        #expect(last - widest < widest - first)
        // The whole stands in the middle of its cell and is as long as the field asks for: 2/3 of 60 pixels.
        #expect(abs(Double(first + last) / 2 - Double(60 * (dx + dy)) / 2 + 0.5) <= 1.5)
        #expect(abs(last - first - 40) <= 4)
    }

    @Test func arrowsAreAsLongAsTheVectors() throws {
        func length(_ dx: Float) throws -> Int {
            let columns = try drawn(dx, 0, scale: 3).places(of: .motion).map(\.x)
            return (columns.max() ?? 0) - (columns.min() ?? 0)
        }
        #expect(abs(try length(3) - 3 * length(1)) <= 6)
    }

    @Test func nothingIsDrawnOfNothing() throws {
        let ground = RGBImage(width: 60, height: 60, grey: 90)
        #expect(try drawn(0, 0, scale: 0) == ground)
        #expect(try drawn(0, 0, scale: 3) == ground)
        #expect(try drawn(.nan, .nan, scale: 3) == ground)
        #expect(try drawn(0.05, 0, scale: 3) == ground)
    }

    @Test func theLegendsArrowIsAsLongAsTheSameVectorOnTheFrame() throws {
        let stage = Stage.model(width: 20, height: 20, zoom: 3, density: 1)
        let arrows = FieldArrows(scale: MapScale(maximum: 3), coloring: .one(.motion), spacing: 60)
        guard case .arrow(let color, let value, let pixels, _) = arrows.legend(stage: stage, caption: "") else {
            Issue.record("the legend of arrows is an arrow")
            return
        }
        #expect(color == .motion && value == 2 && value * pixels == 40)
    }
}
