import CKernels
package import Tensors

/// The shape of a padded array.
/// - Parameters:
///   - before, after: how many values are put before the first and behind the last of each axis.
/// - Throws: ``ShapeError``.
package func padShape(_ x: Shape, before: [Int], after: [Int]) throws -> Shape {
    let limit = 1 << 40
    guard before.count == x.rank, after.count == x.rank, (before + after).allSatisfy({ (0...limit).contains($0) })
    else {
        throw Operation.pad.refuses([x], "padding by \(before) and \(after) is not possible")
    }
    return try Shape(validating: zip(x.extents, zip(before, after)).map { $0 + $1.0 + $1.1 })
}

/// An array with one number around it. Keeps nothing.
/// - Throws: ``ShapeError``.
package func pad(_ x: Variable, before: [Int], after: [Int], value number: Float) throws -> Variable {
    let shape = try padShape(x.shape, before: before, after: after)
    let original = x.shape
    let parallelism = x.tape.parallelism
    let inner = zip(before, original.extents).map { AxisSlice(start: $0, step: 1, count: $1) }
    let copy = StridedCopy(within: shape, inner, dense: original)
    let value = placed(x.value, copy.reversed, in: shape, around: number, parallelism: parallelism)
    return x.tape.record(value, .pad, parents: [x], keptBytes: 0) { gradient in
        [
            gradient.reading { source in
                Tensor(writing: original) { copy.run(from: source, to: $0, parallelism: parallelism) }
            }
        ]
    }
}
