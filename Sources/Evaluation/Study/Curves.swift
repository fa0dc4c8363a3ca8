import Tensors

/// Insertion and deletion (Petsiuk and others: RISE, 2018, arXiv:1806.07421): how the answer changes as the clip is taken away or given back, piece by
/// piece, in the order of a map; beside it in an order by chance and in reverse. Numbers are areas under the curves.
package struct CurveAreas: Hashable, Sendable, Codable {
    /// Of agreement with the answer to the whole clip, from 1 (the same) down, averaged over the steps: the probability of the predicted class, or the
    /// cosine between the two directions.
    package struct Orders: Hashable, Sendable, Codable {
        package var ordered, random, reverse: Double
    }

    /// Blocks of ``Blocks/frames`` frames and ``Blocks/side`` pixels are replaced by the clip's mean colour. Lower is better.
    package var deletion: Orders
    /// From the mean colour everywhere, blocks are given back. Higher is better.
    package var insertion: Orders
    /// Whole frames become the frame before. Lower is better.
    package var freezing: Orders
}

/// Blocks of a clip in space and time.
struct Blocks {
    static let (frames, side) = (4, 14)
    let shape: Shape
    private let columns, rows, layers: Int

    /// - Parameter shape: `[C, T, H, W]`
    init(_ shape: Shape) {
        self.shape = shape
        func pieces(_ extent: Int, _ size: Int) -> Int { (extent + size - 1) / size }
        (layers, rows, columns) = (
            pieces(shape[1], Self.frames), pieces(shape[2], Self.side), pieces(shape[3], Self.side)
        )
    }

    var count: Int { layers * rows * columns }

    func block(frame: Int, row: Int, column: Int) -> Int {
        ((frame / Self.frames) * rows + row / Self.side) * columns + column / Self.side
    }

    /// The blocks by their mean value, the highest first.
    func order(_ field: MagnitudeField) -> [Int] {
        var (sums, counts) = (Array(repeating: 0.0, count: count), Array(repeating: 0.0, count: count))
        for frame in 0..<field.frames {
            for row in 0..<field.height {
                for column in 0..<field.width {
                    let block = block(frame: frame + field.firstClipFrame, row: row, column: column)
                    sums[block] += Double(field.values[(frame * field.height + row) * field.width + column])
                    counts[block] += 1
                }
            }
        }
        let means = zip(sums, counts).map { $0 / max($1, 1) }
        return means.indices.sorted { (means[$0], $1) > (means[$1], $0) }
    }

    /// The clip with the chosen blocks, and a colour a channel elsewhere.
    func clip(_ clip: Tensor, keeping: Set<Int>, otherwise colors: [Float]) -> Tensor {
        let (height, width) = (shape[2], shape[3])
        let isKept = (0..<count).map { keeping.contains($0) }
        return clip.withUnsafeValues { values in
            Tensor(uninitialized: shape) { result in
                var index = 0
                for channel in 0..<shape[0] {
                    for frame in 0..<shape[1] {
                        for row in 0..<height {
                            for column in 0..<width {
                                let isKept = isKept[block(frame: frame, row: row, column: column)]
                                result[index] = isKept ? values[index] : colors[channel]
                                index += 1
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Takes pieces away or gives them back, and asks what is left of the answer.
struct CurveMeter {
    let clip: Tensor
    /// Of a changed clip with the answer to the whole one.
    let agreement: (Tensor) throws -> Double

    static let steps = 16

    func areas(_ field: MagnitudeField, seed: UInt64) throws -> CurveAreas {
        let blocks = Blocks(clip.shape)
        let colors = clip.channelMeans
        let order = blocks.order(field)
        func curve(_ order: [Int], deletes: Bool) throws -> Double {
            try Self.area(pieces: order.count) { count in
                let first = Set(order.prefix(count))
                let kept = deletes ? Set(order).subtracting(first) : first
                return try agreement(blocks.clip(clip, keeping: kept, otherwise: colors))
            }
        }
        let frames = Self.frames(field)
        func freezing(_ order: [Int]) throws -> Double {
            try Self.area(pieces: order.count) { try agreement(clip.freezing(Set(order.prefix($0)))) }
        }
        return CurveAreas(
            deletion: try Self.orders(order, seed: seed) { try curve($0, deletes: true) },
            insertion: try Self.orders(order, seed: seed) { try curve($0, deletes: false) },
            freezing: try Self.orders(frames, seed: seed, freezing))
    }

    private static func orders(
        _ order: [Int], seed: UInt64, _ area: ([Int]) throws -> Double
    ) rethrows -> CurveAreas.Orders {
        var stream = PhiloxStream(seed: seed, clip: 1, purpose: .scene)
        var random = order.sorted()
        for index in random.indices.dropFirst().reversed() { random.swapAt(index, stream.below(index + 1)) }
        return CurveAreas.Orders(
            ordered: try area(order), random: try area(random), reverse: try area(order.reversed()))
    }

    /// By the trapezoidal rule, from no piece to all of them.
    private static func area(pieces: Int, _ value: (Int) throws -> Double) rethrows -> Double {
        let steps = min(Self.steps, pieces)
        let values = try (0...steps).map { try value(pieces * $0 / steps) }
        return (values.reduce(0, +) - (values[0] + values[steps]) / 2) / Double(steps)
    }

    /// Frames but the first by their mean value, the highest first.
    private static func frames(_ field: MagnitudeField) -> [Int] {
        let area = field.height * field.width
        let sums = (0..<field.frames).map { frame in
            field.values[frame * area..<(frame + 1) * area].reduce(0.0) { $0 + Double($1) }
        }
        return sums.indices.filter { $0 + field.firstClipFrame > 0 }.sorted { (sums[$0], $1) > (sums[$1], $0) }
            .map { $0 + field.firstClipFrame }
    }
}

extension Tensor {
    /// Of an array `[C, ...]`.
    fileprivate var channelMeans: [Float] {
        let count = count / shape[0]
        return withUnsafeValues { values in
            (0..<shape[0]).map { channel in
                Float(values[channel * count..<(channel + 1) * count].reduce(0.0) { $0 + Double($1) } / Double(count))
            }
        }
    }

    /// Of a clip `[C, T, H, W]`: the chosen frames as the frame before them, which may be frozen itself.
    fileprivate func freezing(_ frames: Set<Int>) -> Tensor {
        let area = shape[2] * shape[3]
        // The last frame that is not frozen, at each frame.
        var sources: [Int] = []
        for frame in 0..<shape[1] { sources.append(frames.contains(frame) && frame > 0 ? sources[frame - 1] : frame) }
        return withUnsafeValues { values in
            Tensor(uninitialized: shape) { frozen in
                for channel in 0..<shape[0] {
                    for frame in 0..<shape[1] {
                        let (to, from) = (
                            (channel * shape[1] + frame) * area, (channel * shape[1] + sources[frame]) * area
                        )
                        for pixel in 0..<area { frozen[to + pixel] = values[from + pixel] }
                    }
                }
            }
        }
    }
}
