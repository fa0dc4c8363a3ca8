import CKernels
package import Tensors

/// The shape of a sum: NumPy's broadcasting rule.
/// - Throws: ``ShapeError``.
package func addShape(_ a: Shape, _ b: Shape) throws -> Shape { try Operation.add.broadcast(a, b) }

/// a + b, each repeated along the axes where its extent is one. Keeps nothing.
/// - Throws: ``ShapeError``.
package func add(_ a: Variable, _ b: Variable) throws -> Variable {
    let parallelism = a.tape.parallelism
    let value = broadcast(a.value, b.value, to: try addShape(a.shape, b.shape), parallelism: parallelism) {
        ck_add($0, $1, $2, $3, $4, $5)
    }
    let (aShape, bShape) = (a.wantsGradient ? a.shape : nil, b.wantsGradient ? b.shape : nil)
    return a.tape.record(value, .add, parents: [a, b], keptBytes: 0) { gradient in
        [aShape, bShape].map { $0.map { reduce(gradient, to: $0, parallelism: parallelism) } }
    }
}
