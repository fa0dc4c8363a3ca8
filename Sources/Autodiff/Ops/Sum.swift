package import Tensors

/// The shape of a sum over axes: one where it was summed.
/// - Throws: ``ShapeError`` when an axis does not exist.
package func sumShape(_ x: Shape, axes: Set<Int>) throws -> Shape { try Operation.sum.collapsed(x, axes) }

/// The sum over some axes, in Double. Keeps nothing.
/// - Returns: the shape of `x` with one for the extents of these axes.
/// - Throws: ``ShapeError``.
package func sum(_ x: Variable, axes: Set<Int>) throws -> Variable {
    let shape = try sumShape(x.shape, axes: axes)
    let original = x.shape
    let parallelism = x.tape.parallelism
    let value = reduce(x.value, to: shape, parallelism: parallelism)
    return x.tape.record(value, .sum, parents: [x], keptBytes: 0) { gradient in
        [expanded(gradient, to: original, parallelism: parallelism)]
    }
}

extension Operation {
    /// A shape with one for the extents of some axes.
    func collapsed(_ x: Shape, _ axes: Set<Int>) throws -> Shape {
        guard axes.allSatisfy((0..<x.rank).contains) else { throw refuses([x], "there are no axes \(axes.sorted())") }
        return Shape(x.extents.indices.map { axes.contains($0) ? 1 : x[$0] })
    }
}
