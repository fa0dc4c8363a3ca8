import Cine
import Rendering
import Testing

@Suite struct TimelineTests {
    private let one = RGBColor(230, 160, 20)
    private let other = RGBColor(20, 160, 230)

    private func plot(_ charts: [TimelinePlot.Chart], current: Int?, density: Int) throws -> RGBImage {
        try TimelinePlot(
            title: "A title", charts: charts, frames: 8, current: current, width: 400, chartHeight: 100,
            density: density
        ).image()
    }

    /// Areas on the chart alone, whose signs above are of the same colours.
    private func area(_ image: RGBImage, _ color: RGBColor) -> Int {
        image.places(of: color).filter { $0.y > image.height - 140 }.count
    }

    @Test func columnsAreAsHighAsTheirValues() throws {
        func picture(_ a: Double, _ b: Double) throws -> RGBImage {
            try plot(
                [
                    .stacked(
                        [
                            .init(name: "one", color: one, values: [a, 4, nil, nil, nil, nil, nil, nil]),
                            .init(name: "other", color: other, values: [b]),
                        ], caption: "values")
                ], current: nil, density: 1)
        }
        let (small, large) = (try picture(1, 1), try picture(2, 1))
        // Without the column of height 4, which sets the scale: twice the value is twice the area.
        let column = area(try picture(0, 0), one)
        let ratio = Double(area(large, one) - column) / Double(area(small, one) - column)
        #expect(abs(ratio - 2) < 0.15)
        #expect(abs(Double(area(small, other)) / Double(area(small, one) - column) - 1) < 0.15)
        // On top of the first, not in front of it.
        let lowest = small.places(of: other).map(\.y).max() ?? 0
        #expect(lowest < (small.places(of: one).map(\.y).max() ?? 0))
    }

    @Test func aLineIsInterruptedWhereThereIsNothing() throws {
        func columns(_ values: [Double?]) throws -> Set<Int> {
            let image = try plot(
                [.lines([.init(name: "", color: one, values: values)], caption: "")], current: nil, density: 1)
            return Set(image.places(of: one).filter { $0.y > image.height - 140 }.map(\.x))
        }
        let (whole, broken) = (
            try columns([1, 2, 3, 4, 5, 6, 7, 8]), try columns([1, 2, 3, nil, nil, 6, 7, 8])
        )
        #expect(broken.isStrictSubset(of: whole))
        #expect(whole.subtracting(broken).count > 60)
    }

    @Test(arguments: [[], [nil], [Double.nan, .infinity], [0, 0], [-5, -5], [1e-300, 1e300], [1e308, -1e308]])
    func anyValuesMakeAPicture(values: [Double?]) throws {
        let series = TimelinePlot.Series(name: "x", color: one, values: values)
        let image = try plot(
            [.stacked([series, series], caption: "a"), .lines([series], caption: "b")], current: 90, density: 1)
        #expect(image.width == 400)
    }

    @Test func theCurrentFrameIsMarkedAndDensityDoublesThePixels() throws {
        let chart = TimelinePlot.Chart.lines(
            [.init(name: "score", color: one, values: [1, 2, 1, 2, 1, 2, 1, 2])], caption: "score")
        let plain = try plot([chart], current: nil, density: 1)
        #expect(try plot([chart], current: 3, density: 1) != plot([chart], current: 4, density: 1))
        let dense = try plot([chart], current: nil, density: 2)
        #expect(dense.width == 800 && abs(dense.height - 2 * plain.height) <= 12)
    }
}
