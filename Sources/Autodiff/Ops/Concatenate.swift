package import Tensors

/// The shape of arrays put one after the other along an axis.
/// - Parameters:
///   - shapes: at least one; they may differ along `axis` only.
///   - axis: from 0 on.
/// - Throws: ``ShapeError``.
package func concatenateShape(_ shapes: [Shape], axis: Int) throws -> Shape {
    func refuse(_ reason: String) -> ShapeError { Operation.concatenate.refuses(shapes, reason) }
    guard let first = shapes.first else { throw refuse("there is nothing to concatenate") }
    guard (0..<first.rank).contains(axis) else { throw refuse("there is no axis \(axis)") }
    var extents = first.extents
    for shape in shapes.dropFirst() {
        guard shape.rank == first.rank, (0..<first.rank).allSatisfy({ $0 == axis || shape[$0] == first[$0] }) else {
            throw refuse("they differ along another axis than \(axis)")
        }
        let (sum, overflow) = extents[axis].addingReportingOverflow(shape[axis])
        guard !overflow else { throw refuse("together they are too large") }
        extents[axis] = sum
    }
    return try Shape(validating: extents)
}

/// Arrays put one after the other along an axis. Keeps nothing.
/// - Parameters:
///   - xs: at least one; their shapes may differ along `axis` only.
///   - axis: from 0 on.
/// - Throws: ``ShapeError``.
package func concatenate(_ xs: [Variable], axis: Int) throws -> Variable {
    let shapes = xs.map(\.shape)
    let shape = try concatenateShape(shapes, axis: axis)
    let (tape, parallelism) = (xs[0].tape, xs[0].tape.parallelism)
    let outer = shape.extents[..<axis].reduce(1, *)
    // What one index of the outer axes holds: of each array, and of the result, where each array's part begins.
    let runs = shapes.map { $0.extents[axis...].reduce(1, *) }
    let whole = runs.reduce(0, +)
    let starts = runs.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    let value = Tensor(writing: shape) { destination in
        for (x, (run, start)) in zip(xs, zip(runs, starts)) {
            x.value.reading { source in
                copyRuns(
                    outer, of: run, from: source, every: run, to: Writes(base: destination + start), every: whole,
                    parallelism: parallelism)
            }
        }
    }
    let wanted = xs.map(\.wantsGradient)
    return tape.record(value, .concatenate, parents: xs, keptBytes: 0) { gradient in
        gradient.reading { gradient in
            shapes.indices.map { index in
                guard wanted[index] else { return nil }
                return Tensor(writing: shapes[index]) { part in
                    copyRuns(
                        outer, of: runs[index], from: Reads(base: gradient + starts[index]), every: whole, to: part,
                        every: runs[index], parallelism: parallelism)
                }
            }
        }
    }
}
