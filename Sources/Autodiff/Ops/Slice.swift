import CKernels
package import Tensors

/// Which elements of an axis are taken: `start`, `start + step`, …, `count` of them.
package struct AxisSlice: Hashable, Sendable {
    package let start, step, count: Int

    package init(start: Int, step: Int, count: Int) {
        self.start = start
        self.step = step
        self.count = count
    }

    /// All of an axis.
    package static func all(_ extent: Int) -> AxisSlice { AxisSlice(start: 0, step: 1, count: extent) }
}

/// The shape of a slice.
/// - Parameter slices: one for each axis; steps may be negative.
/// - Throws: ``ShapeError``.
package func sliceShape(_ x: Shape, _ slices: [AxisSlice]) throws -> Shape {
    guard slices.count == x.rank else {
        throw Operation.slice.refuses([x], "there are \(slices.count) slices for \(x.rank) axes")
    }
    for (axis, slice) in slices.enumerated() where slice.count != 0 {
        let (way, overflow) = (slice.count - 1).multipliedReportingOverflow(by: slice.step)
        let (last, further) = slice.start.addingReportingOverflow(way)
        guard slice.count > 0, !overflow, !further, (0..<x[axis]).contains(slice.start), (0..<x[axis]).contains(last)
        else { throw Operation.slice.refuses([x], "axis \(axis) has not all elements of \(slice)") }
    }
    return try Shape(validating: slices.map(\.count))
}

/// Some elements of each axis. Keeps nothing.
/// - Throws: ``ShapeError``.
package func slice(_ x: Variable, _ slices: [AxisSlice]) throws -> Variable {
    let shape = try sliceShape(x.shape, slices)
    let copy = StridedCopy(within: x.shape, slices, dense: shape)
    let parallelism = x.tape.parallelism
    let original = x.shape
    let value = x.value.reading { source in
        Tensor(writing: shape) { copy.run(from: source, to: $0, parallelism: parallelism) }
    }
    return x.tape.record(value, .slice, parents: [x], keptBytes: 0) { gradient in
        [placed(gradient, copy.reversed, in: original, around: 0, parallelism: parallelism)]
    }
}

/// Writes values to some places of an array and one number to all others.
func placed(_ values: Tensor, _ copy: StridedCopy, in shape: Shape, around number: Float, parallelism: Parallelism)
    -> Tensor
{
    values.reading { source in
        Tensor(writing: shape) { destination in
            parallelism.forEachPiece(of: shape.count) {
                (destination + $0.lowerBound).update(repeating: number, count: $0.count)
            }
            copy.run(from: source, to: destination, parallelism: parallelism)
        }
    }
}

extension StridedCopy {
    /// From some elements of an array to all of a dense one.
    init(within whole: Shape, _ slices: [AxisSlice], dense: Shape) {
        let strides = whole.strides
        self.init(
            extents: dense.extents,
            // The step behind a single element is not taken, however long it is.
            from: zip(slices, strides).map { ($0.count > 1 ? $0.step : 1) * $1 },
            fromStart: zip(slices, strides).reduce(0) { $0 + ($1.0.count == 0 ? 0 : $1.0.start * $1.1) },
            to: dense.strides, toStart: 0)
    }
}
