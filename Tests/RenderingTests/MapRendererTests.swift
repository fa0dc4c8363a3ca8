import Cine
import Rendering
import Tensors
import Testing

@Suite struct MapRendererTests {
    private func map(_ shape: Shape, _ values: [Float]) throws -> AttributionMap {
        try AttributionMap(kind: .pixels, values: Tensor(shape: shape, values: values))
    }

    @Test func theScaleIsThePercentileOfTheMagnitude() throws {
        // Magnitudes 1 to 1000 in another order, as (3, 4) / 5 over two components.
        let magnitudes = (0..<1000).map { Float(($0 * 387) % 1000 + 1) }
        let values = magnitudes.map { -0.6 * $0 } + magnitudes.map { 0.8 * $0 }
        #expect(abs(MapScale.of(map: try map([2, 10, 10, 10], values)).maximum - 995) < 0.01)
    }

    @Test func zerosAndSparseMapsHaveAScale() throws {
        #expect(MapScale.of(map: try map([1, 1, 10, 100], .init(repeating: 0, count: 1000))).maximum == 0)
        var sparse = [Float](repeating: 0, count: 1000)
        sparse[3] = -7
        #expect(MapScale.of(map: try map([1, 1, 10, 100], sparse)).maximum == 7)
        sparse[4] = .nan
        #expect(MapScale.of(map: try map([1, 1, 10, 100], sparse)).maximum == 7)
    }

    private func render(
        _ components: [[Float]], _ colorMap: ColorMap, _ style: FrameStyle, alpha: Double, background: RGBImage?
    ) throws -> [UInt8] {
        try MapRenderer(colorMap: colorMap, style: style, alpha: alpha, scale: MapScale(maximum: 2))
            .image(
                components: components,
                stage: .model(width: components[0].count, height: 1, zoom: 1, density: 1), background: background
            ).pixels
    }

    @Test func aMapAloneIsItsColours() throws {
        let table = ColorMap.ember.table
        // Norms 0, 1 (half of the scale), 2 (full) and beyond.
        let pixels = try render([[0, 0.6, -2, 30], [0, 0.8, 0, 40]], .ember, .map, alpha: 0.1, background: nil)
        #expect(Array(pixels[0..<3]) == Array(table[0..<3]))
        #expect(Array(pixels[3..<6]) == Array(table[384..<387]))
        #expect(Array(pixels[6..<9]) == Array(table[765..<768]))
        #expect(Array(pixels[9..<12]) == Array(table[765..<768]))
    }

    @Test func aDivergingMapShowsTheSign() throws {
        let table = ColorMap.tide.table
        let pixels = try render([[-2, 0, 2, .nan]], .tide, .map, alpha: 1, background: nil)
        #expect(Array(pixels[0..<3]) == Array(table[0..<3]))
        #expect(Array(pixels[3..<6]) == Array(table[384..<387]))
        #expect(Array(pixels[6..<9]) == Array(table[765..<768]))
        #expect(Array(pixels[9..<12]) == Array(table[384..<387]))
    }

    @Test func anOverlayLeavesTheFrameWhereNothingMattersAndCoversItWhereMuchDoes() throws {
        let frame = RGBImage(width: 3, height: 1, pixels: [200, 200, 200, 200, 200, 200, 200, 200, 200])
        let pixels = try render([[0, 0.5, 2]], .ember, .overlay, alpha: 1, background: frame)
        #expect(pixels[0..<3].allSatisfy { $0 == 120 })
        #expect(Array(pixels[6..<9]) == Array(ColorMap.ember.table[765..<768]))
        // A quarter of the scale covers half.
        for channel in 0..<3 {
            let expected = 60 + Double(ColorMap.ember.table[3 * 64 + channel]) / 2
            #expect(abs(Double(pixels[3 + channel]) - expected) <= 1)
        }
    }

    @Test func aBlendMixesInOneProportion() throws {
        let frame = RGBImage(width: 2, height: 1, pixels: [100, 100, 100, 0, 255, 0])
        let pixels = try render([[0, 0]], .gray, .blend, alpha: 0.25, background: frame)
        #expect(pixels == [75, 75, 75, 112, 112, 112])
    }

    @Test func wrongSizesAreRefused() {
        let frame = RGBImage(width: 2, height: 2, pixels: [UInt8](repeating: 0, count: 12))
        #expect(throws: RenderingError.sizeMismatch(expected: 3, found: 4)) {
            try render([[0, 0, 0]], .gray, .blend, alpha: 0.5, background: frame)
        }
        #expect(throws: RenderingError.sizeMismatch(expected: 3, found: 2)) {
            try render([[0, 0, 0], [0, 0]], .gray, .map, alpha: 0.5, background: nil)
        }
    }

    /// Enlarged, over a frame, in every style and with every map: the frame and nothing else.
    @Test(arguments: FrameStyle.allCases, ColorMap.allCases)
    func aMapOfZerosLooksLikeNothing(style: FrameStyle, colorMap: ColorMap) throws {
        let frame = RGBImage(width: 6, height: 5, pixels: (0..<90).map { UInt8($0 * 2) })
        let stage = Stage.model(width: 6, height: 5, zoom: 3, density: 1)
        let zeros = [Float](repeating: 0, count: 30)
        func picture(_ maximum: Double, _ background: RGBImage?) throws -> RGBImage {
            try MapRenderer(colorMap: colorMap, style: style, alpha: 0.5, scale: MapScale(maximum: maximum))
                .image(components: [zeros], stage: stage, background: background)
        }
        let seen = try picture(0, frame)
        #expect(try picture(1e-9, frame) == seen)
        let zero = colorMap.entry(of: 0)
        for y in 0..<15 {
            for x in 0..<18 {
                let source = frame.scaled(by: 3, .bilinear)[x, y]
                let grey = 0.299 * Double(source.red) + 0.587 * Double(source.green) + 0.114 * Double(source.blue)
                let expected =
                    switch style {
                    case .overlay: 0.6 * grey
                    case .blend: 0.5 * grey + 0.5 * Double(zero.green)
                    case .map: Double(zero.green)
                    }
                #expect(abs(Double(seen[x, y].green) - expected) <= 1.1)
            }
        }
    }

    @Test func framesOfAMapAreTakenByComponent() throws {
        let tensor = try map([2, 3, 1, 2], (0..<12).map { Float($0) })
        #expect(tensor.components(ofFrame: 1) == [[2, 3], [8, 9]])
    }

    @Test func enlargingKeepsValuesOrDrawsStraightLines() {
        let image = RGBImage(width: 2, height: 1, pixels: [0, 10, 20, 40, 50, 60])
        let nearest = image.scaled(by: 2, .nearest)
        #expect(nearest.width == 4 && nearest.height == 2)
        #expect(Array(nearest.pixels.prefix(12)) == [0, 10, 20, 0, 10, 20, 40, 50, 60, 40, 50, 60])
        #expect(nearest.pixels.prefix(12) == nearest.pixels.suffix(12))
        let bilinear = image.scaled(by: 2, .bilinear)
        #expect(Array(bilinear.pixels.prefix(12)) == [0, 10, 20, 10, 20, 30, 30, 40, 50, 40, 50, 60])
        #expect(image.scaled(by: 1, .bilinear) == image)
        #expect(
            RGBImage(width: 112, height: 100, pixels: .init(repeating: 0, count: 33_600)).magnification(toSide: 224)
                == 3)
    }
}
