import Motion
import Tensors
import TestSupport
import Testing

struct WarpTests {
    private let image = Pattern.tensor([3, 7, 9], seed: 1)
    private let reference = Reference(channels: 3, frames: 2, height: 7, width: 9)

    @Test func samplesWhereTheFlowPoints() throws {
        // Far enough to leave the image on all sides.
        let flow = Pattern.tensor([2, 7, 9], seed: 2) { $0 * 6 }
        let (pixels, vectors) = (image.doubles, flow.doubles)
        var expected: [Double] = []
        for c in 0..<3 {
            for y in 0..<7 {
                for x in 0..<9 {
                    expected.append(
                        reference.sample(
                            pixels[c * 63..<(c + 1) * 63], x: Double(x) + vectors[y * 9 + x],
                            y: Double(y) + vectors[63 + y * 9 + x]))
                }
            }
        }
        expectClose(
            try Warp(flow: flow)(image, parallelism: .single), try expected.tensor([3, 7, 9]), relative: 0,
            absolute: 1e-6)
    }

    @Test func wholeDisplacementsCopyPixels() throws {
        var flow = Tensor(shape: [2, 7, 9], repeating: 0)
        #expect(try Warp(flow: flow)(image, parallelism: .single).values == image.values)
        for y in 0..<7 { for x in 0..<9 { (flow[0, y, x], flow[1, y, x]) = (2, -1) } }
        let shifted = try Warp(flow: flow)(image, parallelism: .single)
        for c in 0..<3 {
            for y in 0..<7 {
                for x in 0..<9 { #expect(shifted[c, y, x] == image[c, max(y - 1, 0), min(x + 2, 8)]) }
            }
        }
    }

    @Test func theTransposeIsTheTranspose() throws {
        let flow = Pattern.tensor([2, 7, 9], seed: 3) { $0 * 6 }
        let gradient = Pattern.tensor([3, 7, 9], seed: 4)
        let warp = try Warp(flow: flow)
        let forth = try warp(image, parallelism: .single).doubles.dot(gradient.doubles)
        let back = try warp.transposed(gradient, parallelism: .single).doubles.dot(image.doubles)
        #expect(abs(forth - back) < 1e-4)
        // Every unit of gradient arrives somewhere, at the border too.
        let total = try warp.transposed(gradient, parallelism: .single).doubles.reduce(0, +)
        #expect(abs(total - gradient.doubles.reduce(0, +)) < 1e-4)
    }

    @Test func theGradientByFlowIsTheSlopeInTheCell() throws {
        let flow = Pattern.displacements([2, 7, 9], seed: 5, range: 6)
        let gradient = Pattern.tensor([3, 7, 9], seed: 6)
        let (pixels, weights) = (image.doubles, gradient.doubles)
        let differences = centralDifferences(at: flow.doubles, step: 1e-5) { vectors in
            var sum = 0.0
            for c in 0..<3 {
                for y in 0..<7 {
                    for x in 0..<9 {
                        sum +=
                            weights[c * 63 + y * 9 + x]
                            * reference.sample(
                                pixels[c * 63..<(c + 1) * 63], x: Double(x) + vectors[y * 9 + x],
                                y: Double(y) + vectors[63 + y * 9 + x])
                    }
                }
            }
            return sum
        }
        expectClose(
            try Warp(flow: flow).flowGradient(of: image, gradient: gradient), try differences.tensor([2, 7, 9]),
            relative: 1e-5, absolute: 1e-6)
    }

    /// A row 0 1 4 9 16, read at `displacement` from the middle pixel: its slope.
    private func slope(at displacement: Float) throws -> Float {
        let row = try Tensor(shape: [1, 1, 5], values: [0, 1, 4, 9, 16])
        var flow = Tensor(shape: [2, 1, 5], repeating: 0)
        flow[0, 0, 2] = displacement
        let ones = Tensor(shape: [1, 1, 5], repeating: 1)
        return try Warp(flow: flow).flowGradient(of: row, gradient: ones)[0, 0, 2]
    }

    @Test(
        arguments: [
            (0, 5), (-1, 3), (0.5, 5), (-0.5, 3), (1, 7), (1.999, 7), (2, 0), (2.5, 0), (-1.999, 1), (-2, 0), (-7, 0),
            // Too small to be seen beside the position, but to the left of it.
            (-1e-9, 3), (1e-9, 5), (.infinity, 0), (-.infinity, 0), (1e30, 0), (-1e30, 0),
        ] as [(Float, Float)])
    func slopesAtIntegersAndBorders(displacement: Float, expected: Float) throws {
        #expect(try slope(at: displacement) == expected)
    }

    @Test func displacementsOfAnySizeStayInTheImage() throws {
        let wild: [Float] = [
            .infinity, -.infinity, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 3e9, -3e9,
            .leastNonzeroMagnitude, 2_147_483_648,
        ]
        var pattern = Pattern(seed: 7)
        let flow = Tensor(uninitialized: [2, 7, 9]) { buffer in
            for index in buffer.indices {
                let pick = pattern.next()
                buffer[index] = pick > 0 ? wild[index % wild.count] : pick * 20
            }
        }
        let warp = try Warp(flow: flow)
        let gradient = Tensor(shape: [3, 7, 9], repeating: 1)
        let pixels = Set(image.values)
        let warped = try warp(image, parallelism: .single)
        for c in 0..<3 {
            for y in 0..<7 {
                for x in 0..<9 where abs(flow[0, y, x]) > 20 && abs(flow[1, y, x]) > 20 {
                    #expect(pixels.contains(warped[c, y, x]))
                }
            }
        }
        #expect(warped.values.allSatisfy { abs($0) <= 1 })
        let sum = try warp.transposed(gradient, parallelism: .single).doubles.reduce(0, +)
        #expect(abs(sum - 3 * 63) < 1e-3)
        #expect(try warp.flowGradient(of: image, gradient: gradient).values.allSatisfy { $0.isFinite })
    }

    @Test func whatIsNotANumberShows() throws {
        var flow = Tensor(shape: [2, 7, 9], repeating: 0.5)
        flow[0, 3, 4] = .nan
        flow[1, 0, 0] = .nan
        let warp = try Warp(flow: flow)
        let gradient = Tensor(shape: [3, 7, 9], repeating: 1)
        let warped = try warp(image, parallelism: .single)
        let slopes = try warp.flowGradient(of: image, gradient: gradient)
        for y in 0..<7 {
            for x in 0..<9 {
                let isMarked = (y, x) == (3, 4) || (y, x) == (0, 0)
                #expect(warped[1, y, x].isNaN == isMarked)
                #expect((slopes[0, y, x] + slopes[1, y, x]).isNaN == isMarked)
            }
        }
        #expect(try warp.transposed(gradient, parallelism: .single).values.contains { $0.isNaN })
    }

    @Test(arguments: [(1, 1), (1, 5), (5, 1), (2, 2)])
    func takesTheSmallestImages(height: Int, width: Int) throws {
        let image = Pattern.tensor([2, height, width], seed: 8)
        let flow = Pattern.tensor([2, height, width], seed: 9) { $0 * 3 }
        let warped = try Warp(flow: flow)(image, parallelism: .single)
        let reference = Reference(channels: 2, frames: 2, height: height, width: width)
        let area = height * width
        let expected = (0..<2).flatMap { c in
            (0..<area).map { p in
                reference.sample(
                    image.doubles[c * area..<(c + 1) * area], x: Double(p % width) + flow.doubles[p],
                    y: Double(p / width) + flow.doubles[area + p])
            }
        }
        expectClose(warped, try expected.tensor(image.shape), relative: 0, absolute: 1e-6)
    }

    @Test func threadsDoNotChangeBits() throws {
        let flow = Pattern.tensor([2, 7, 9], seed: 10) { $0 * 4 }
        let warp = try Warp(flow: flow)
        let two = Parallelism(threads: 2)
        #expect(try warp(image, parallelism: two).values == warp(image, parallelism: .single).values)
        #expect(
            try warp.transposed(image, parallelism: two).values == warp.transposed(image, parallelism: .single).values)
    }

    @Test func refusesOtherShapes() throws {
        #expect(throws: ShapeError.self) { try Warp(flow: Tensor(shape: [3, 7, 9], repeating: 0)) }
        #expect(throws: ShapeError.self) { try Warp(flow: Tensor(shape: [2, 63], repeating: 0)) }
        let warp = try Warp(flow: Tensor(shape: [2, 7, 8], repeating: 0))
        #expect(throws: ShapeError.self) { try warp(image, parallelism: .single) }
        #expect(throws: ShapeError.self) { try warp.transposed(image, parallelism: .single) }
        #expect(throws: ShapeError.self) { try warp.flowGradient(of: image, gradient: image) }
    }
}
