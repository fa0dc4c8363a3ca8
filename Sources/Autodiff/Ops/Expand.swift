import CKernels
package import Tensors

/// The shape that repetition gives: NumPy's broadcasting rule, towards a given shape.
/// - Throws: ``ShapeError`` when `x` would not be repeated to exactly `shape`.
package func expandShape(_ x: Shape, to shape: Shape) throws -> Shape {
    guard try Operation.expand.broadcast(x, shape) == shape else {
        throw Operation.expand.refuses([x, shape], "the first is not repeated to the second")
    }
    return shape
}

/// Values repeated along the axes where their extent is one. Keeps nothing.
/// - Throws: ``ShapeError``.
package func expand(_ x: Variable, to shape: Shape) throws -> Variable {
    let parallelism = x.tape.parallelism
    let original = x.shape
    let value = expanded(x.value, to: try expandShape(original, to: shape), parallelism: parallelism)
    return x.tape.record(value, .expand, parents: [x], keptBytes: 0) { gradient in
        [reduce(gradient, to: original, parallelism: parallelism)]
    }
}

/// - Precondition: the shape of `x` broadcasts to `shape`.
func expanded(_ x: Tensor, to shape: Shape, parallelism: Parallelism) -> Tensor {
    guard x.shape != shape else { return x }
    return broadcast(x, x, to: shape, parallelism: parallelism) { source, step, _, _, destination, count in
        if step == 0 {
            destination.update(repeating: source.pointee, count: count)
        } else {
            destination.update(from: source, count: count)
        }
    }
}
