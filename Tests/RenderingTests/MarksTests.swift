import Cine
import Rendering
import Testing

@Suite struct MarksTests {
    private let stage = Stage.model(width: 40, height: 30, zoom: 4, density: 1)
    private let ground = RGBImage(width: 160, height: 120, grey: 100)

    @Test(arguments: VectorMark.Pull.allCases)
    func aVectorShowsTheGradientsDirectionAndWhetherItPulls(pull: VectorMark.Pull) throws {
        let canvas = try Canvas(ground)
        let mark = VectorMark(
            place: Point(x: 20, y: 10), motion: Point(x: 0, y: 2), ascent: Point(x: 0.5, y: 0), pull: pull)
        VectorMarks(gradientScale: MapScale(maximum: 0.5), motionScale: MapScale(maximum: 2))
            .draw([mark], on: canvas, stage: stage)
        let picture = canvas.image
        // From the pixel's centre at (82, 42) the gradient's arrow goes right, the motion's comes from above.
        #expect(picture[90, 42] == pull.color && picture[88, 41] == pull.color)
        #expect(picture.places(of: pull.color).allSatisfy { $0.x >= 82 })
        #expect(picture.places(of: .ink).allSatisfy { $0.y < 46 && abs($0.x - 82) < 6 })
        #expect(picture[82, 20] != RGBColor(100, 100, 100))
        #expect(picture[70, 60] == RGBColor(100, 100, 100))
    }

    @Test func pullsAreToldApart() {
        #expect(VectorMark.Pull.along.color != VectorMark.Pull.against.color)
        #expect(VectorMark.Pull.across.color != VectorMark.Pull.along.color)
    }

    @Test func noGradientNoArrow() throws {
        let canvas = try Canvas(ground)
        let mark = VectorMark(
            place: Point(x: 20, y: 10), motion: Point(x: 0, y: 0), ascent: Point(x: 0, y: 0), pull: .still)
        VectorMarks(gradientScale: MapScale(maximum: 0), motionScale: MapScale(maximum: 0))
            .draw([mark], on: canvas, stage: stage)
        #expect(canvas.image == ground)
    }

    private let path = TrajectoryMark(
        firstFrame: 3, points: [Point(x: 5, y: 5), Point(x: 15, y: 5), Point(x: 25, y: 5), Point(x: 35, y: 25)])

    @Test func aTrajectoryIsRedWhereItIsAndGreenWhereItWas() throws {
        let canvas = try Canvas(ground)
        TrajectoryMarks.draw([path], atFrame: 5, on: canvas, stage: stage)
        let picture = canvas.image
        // Points 5, 15, 25 of the map are at 22, 62, 102 of the picture.
        #expect(picture[102, 22] == .current && picture[100, 21] == .current)
        for x in [22, 40, 62, 80] { #expect(picture[x, 22].isNear(.history)) }
        // Nothing of what is to come.
        #expect(picture[122, 62] == RGBColor(100, 100, 100) && picture[142, 102] == RGBColor(100, 100, 100))
    }

    @Test(arguments: [0, 2, 7, 30])
    func aTrajectoryIsNotThereBeforeAndAfter(frame: Int) throws {
        let canvas = try Canvas(ground)
        TrajectoryMarks.draw([path], atFrame: frame, on: canvas, stage: stage)
        #expect(canvas.image == ground)
    }

    @Test func wholeTrajectoriesEndInRed() throws {
        let canvas = try Canvas(ground)
        TrajectoryMarks.drawWhole([path], on: canvas, stage: stage)
        #expect(canvas.image[142, 102] == .current && canvas.image[102, 22] == .history)
    }
}
