import Rendering
import Testing

/// The maps are even: equal steps of value are equal steps of colour.
@Suite struct ColorMapTests {
    @Test(arguments: ColorMap.allCases)
    func stepsAreEqualAndLightnessIsMonotone(map: ColorMap) {
        // Each half of a diverging map is a path of its own.
        let halves = map.isDiverging ? [(0.0, 0.5), (0.5, 1.0)] : [(0.0, 1.0)]
        for (start, end) in halves {
            let colors = (0...255).map { map.color(at: start + (end - start) * Double($0) / 255) }
            let distances = zip(colors, colors.dropFirst()).map { $0.distance(to: $1) }
            let mean = distances.reduce(0, +) / Double(distances.count)
            #expect(mean > 0.002)
            #expect(distances.allSatisfy { abs($0 - mean) < 0.1 * mean })
            let steps = zip(colors, colors.dropFirst()).map { $1.lightness - $0.lightness }
            let step = steps.reduce(0, +) / Double(steps.count)
            #expect(abs(step) > 0.001)
            #expect(steps.allSatisfy { abs($0 - step) < 0.1 * abs(step) })
        }
    }

    @Test(arguments: ColorMap.allCases)
    func everyColourCanBeShown(map: ColorMap) {
        for index in 0...1000 {
            for light in map.color(at: Double(index) / 1000).linearRGB { #expect((-1e-4...1.0001).contains(light)) }
        }
        #expect(map.table.count == 3 * 256)
        // No two neighbours of the table are far apart in bytes, so that no edge appears that is not in the values.
        for index in 3..<map.table.count {
            #expect(abs(Int(map.table[index]) - Int(map.table[index - 3])) <= 7)
        }
    }

    @Test func theEndsAreWhatTheNamesSay() {
        #expect(ColorMap.gray.table.prefix(3) == [0, 0, 0] && ColorMap.gray.table.suffix(3) == [255, 255, 255])
        let ember = ColorMap.ember.table
        #expect(ember.prefix(3).allSatisfy { $0 < 24 })
        #expect(ember[765] > 230 && ember[766] > 230)
        let tide = ColorMap.tide.table
        #expect(tide[2] > 150 && tide[0] < 60)
        #expect(tide[765] > 150 && tide[767] < 60)
        #expect(tide[(127 * 3)..<(127 * 3 + 6)].allSatisfy { $0 > 235 })
    }

    /// Red, the origin of both ranges, and a mid grey by their published coordinates.
    @Test func okLabIsItsDefinition() {
        func near(_ a: [Double], _ b: [Double]) -> Bool { zip(a, b).allSatisfy { abs($0 - $1) < 1e-3 } }
        #expect(near(OKLab(lightness: 1, a: 0, b: 0).linearRGB, [1, 1, 1]))
        #expect(near(OKLab(lightness: 0.62796, a: 0.22486, b: 0.12585).linearRGB, [1, 0, 0]))
        #expect(near(OKLab(lightness: 0.45201, a: -0.03246, b: -0.31153).linearRGB, [0, 0, 1]))
        #expect(near(OKLab(lightness: 0.5, a: 0, b: 0).linearRGB, [0.125, 0.125, 0.125]))
    }
}
