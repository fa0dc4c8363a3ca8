import Autodiff
import Tensors
import TestSupport
import Testing

@Suite struct GridSampleTests {
    /// x² along a row of five pixels: every cell has another slope, 1, 3, 5 and 7.
    private let squares: [Float] = [0, 1, 4, 9, 16]

    /// Values and gradients by x at coordinates along the row.
    private func sample(
        _ coordinates: [Float], padding: GridPadding
    ) throws -> (values: [Float], slopes: [Float], byImage: [Float]) {
        let tape = Tape(parallelism: .single)
        let image = tape.variable(try Tensor(shape: [1, 1, 1, 5], values: squares))
        let grid = tape.variable(
            try Tensor(shape: [1, 1, coordinates.count, 2], values: coordinates.flatMap { [$0, 0] }))
        let y = try gridSample2D(image, grid: grid, padding: padding, alignCorners: true)
        let gradients = try tape.gradients(
            of: y, seed: Tensor(shape: y.shape, repeating: 1), withRespectTo: [grid, image])
        let byGrid = gradients[0].values
        return (y.value.values, coordinates.indices.map { byGrid[2 * $0] }, gradients[1].values)
    }

    @Test("At a pixel the slope is that of the cell to the right", arguments: GridPadding.allCases)
    func pixels(_ padding: GridPadding) throws {
        let (values, slopes, _) = try sample([-0.5, 0, 0.5, 0.25], padding: padding)
        #expect(values == [1, 4, 9, 6.5])
        // A step of one in the grid is a step of two pixels.
        #expect(slopes == [6, 10, 14, 10])
    }

    @Test("On the border and beyond, clamped coordinates have no slope, and zeros do")
    func border() throws {
        let clamped = try sample([-1, 1, -1.25, 1.25, -.infinity, .infinity, 1e30], padding: .border)
        #expect(clamped.values == [0, 16, 0, 16, 0, 16, 16])
        #expect(clamped.slopes == [0, 0, 0, 0, 0, 0, 0])
        #expect(clamped.byImage == [3, 0, 0, 0, 4])
        let zeros = try sample([-1, 1, -1.25, 1.25, 1.5, -.infinity, 1e30], padding: .zeros)
        #expect(zeros.values == [0, 16, 0, 8, 0, 0, 0])
        #expect(zeros.slopes == [2, -32, 0, -32, 0, 0, 0])
        #expect(zeros.byImage == [1.5, 0, 0, 0, 1.5])
    }

    @Test("A coordinate that is not a number stays one, and harms no other point", arguments: GridPadding.allCases)
    func notANumber(_ padding: GridPadding) throws {
        let (values, _, _) = try sample([.nan, 0], padding: padding)
        #expect(values[0].isNaN)
        #expect(values[1] == 4)
    }

    @Test("The identity grid gives the image, bit for bit")
    func identity() throws {
        let (height, width) = (9, 17)
        let image = Pattern.tensor([1, 2, height, width], seed: 1)
        var points: [Float] = []
        for row in 0..<height {
            for column in 0..<width { points += [Float(column) / 8 - 1, Float(row) / 4 - 1] }
        }
        let tape = Tape(parallelism: .single)
        let y = try gridSample2D(
            tape.constant(image), grid: tape.constant(Tensor(shape: [1, height, width, 2], values: points)),
            padding: .border, alignCorners: true)
        #expect(y.value.values == image.values)
    }

    @Test("The image is kept only for the gradient by the grid")
    func memory() throws {
        let (image, points) = (Pattern.tensor([1, 3, 8, 8], seed: 1), Pattern.tensor([1, 2, 2, 2], seed: 2))
        func kept(_ make: (Tape) -> (Variable, Variable)) throws -> Int {
            let tape = Tape(parallelism: .single)
            let (image, grid) = make(tape)
            _ = try gridSample2D(image, grid: grid, padding: .zeros, alignCorners: false)
            return tape.keptBytes
        }
        #expect(try kept { ($0.constant(image), $0.constant(points)) } == 0)
        #expect(try kept { ($0.variable(image), $0.constant(points)) } == 8 * 4)
        #expect(try kept { ($0.constant(image), $0.variable(points)) } == (8 + 192) * 4)
    }

    @Test("Shapes that do not fit are refused")
    func shapes() {
        let pairs: [(Shape, Shape)] = [
            ([1, 1, 4, 4], [2, 3, 3, 2]), ([1, 1, 4, 4], [1, 3, 3, 3]), ([1, 1, 0, 4], [1, 3, 3, 2]),
            ([1, 4, 4], [1, 3, 3, 2]), ([1, 1, 4, 4], [1, 3, 2]),
        ]
        for (image, grid) in pairs {
            #expect(throws: ShapeError.self) { try gridSample2DShape(image, grid: grid) }
        }
    }
}
