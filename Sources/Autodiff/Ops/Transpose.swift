package import Tensors

/// The shape of a transposition.
/// - Parameter permutation: for each axis of the result, the axis of `x` that it is.
/// - Throws: ``ShapeError``.
package func transposeShape(_ x: Shape, permutation: [Int]) throws -> Shape {
    guard permutation.sorted() == Array(0..<x.rank) else {
        throw Operation.transpose.refuses([x], "\(permutation) does not name each axis once")
    }
    return Shape(permutation.map { x[$0] })
}

/// The axes in another order. Keeps nothing.
/// - Parameter permutation: for each axis of the result, the axis of `x` that it is.
/// - Throws: ``ShapeError``.
package func transpose(_ x: Variable, permutation: [Int]) throws -> Variable {
    let shape = try transposeShape(x.shape, permutation: permutation)
    let parallelism = x.tape.parallelism
    let original = x.shape
    let strides = original.strides
    let forward = StridedCopy(
        extents: shape.extents, from: permutation.map { strides[$0] }, fromStart: 0, to: shape.strides, toStart: 0)
    // Backwards the walk goes along the result's axes, so that runs are written one after the other.
    var inverse = permutation
    for (axis, source) in permutation.enumerated() { inverse[source] = axis }
    let steps = shape.strides
    let backward = StridedCopy(
        extents: original.extents, from: inverse.map { steps[$0] }, fromStart: 0, to: strides, toStart: 0)
    let value = x.value.reading { source in
        Tensor(writing: shape) { forward.run(from: source, to: $0, parallelism: parallelism) }
    }
    return x.tape.record(value, .transpose, parents: [x], keptBytes: 0) { gradient in
        [
            gradient.reading { source in
                Tensor(writing: original) { backward.run(from: source, to: $0, parallelism: parallelism) }
            }
        ]
    }
}
