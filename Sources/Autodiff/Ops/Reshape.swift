package import Tensors

/// The shape that a reshape gives: the new one, if it holds as many values.
/// - Throws: ``ShapeError``.
package func reshapeShape(_ x: Shape, to shape: Shape) throws -> Shape {
    guard x.count == shape.count else {
        throw Operation.reshape.refuses([x, shape], "they hold \(x.count) and \(shape.count) values")
    }
    return shape
}

/// The same values in the same order under another shape. Copies nothing, keeps nothing.
/// - Throws: ``ShapeError``.
package func reshape(_ x: Variable, to shape: Shape) throws -> Variable {
    let value = try x.value.reshaped(to: reshapeShape(x.shape, to: shape))
    let original = x.shape
    return x.tape.record(value, .reshape, parents: [x], keptBytes: 0) { gradient in
        [try gradient.reshaped(to: original)]
    }
}
