import CKernels
package import Tensors

/// The shape of a difference: NumPy's broadcasting rule.
/// - Throws: ``ShapeError``.
package func subtractShape(_ a: Shape, _ b: Shape) throws -> Shape { try Operation.subtract.broadcast(a, b) }

/// a - b, each repeated along the axes where its extent is one. Keeps nothing.
/// - Throws: ``ShapeError``.
package func subtract(_ a: Variable, _ b: Variable) throws -> Variable {
    let parallelism = a.tape.parallelism
    let value = broadcast(a.value, b.value, to: try subtractShape(a.shape, b.shape), parallelism: parallelism) {
        ck_subtract($0, $1, $2, $3, $4, $5)
    }
    let (aShape, bShape) = (a.wantsGradient ? a.shape : nil, b.wantsGradient ? b.shape : nil)
    return a.tape.record(value, .subtract, parents: [a, b], keptBytes: 0) { gradient in
        let byA = aShape.map { reduce(gradient, to: $0, parallelism: parallelism) }
        let byB = bShape.map { shape in
            var sum = reduce(gradient, to: shape, parallelism: parallelism)
            sum.updateElements(parallelism: parallelism) { ck_affine($0, -1, 0, $0, $1) }
            return sum
        }
        return [byA, byB]
    }
}
