import CKernels
package import Tensors

/// The shape of a quotient: NumPy's broadcasting rule.
/// - Throws: ``ShapeError``.
package func divideShape(_ a: Shape, _ b: Shape) throws -> Shape { try Operation.divide.broadcast(a, b) }

/// a / b elementwise, each repeated along the axes where its extent is one. Keeps b, and the result only when b wants a gradient.
/// - Throws: ``ShapeError``.
package func divide(_ a: Variable, _ b: Variable) throws -> Variable {
    let parallelism = a.tape.parallelism
    let shape = try divideShape(a.shape, b.shape)
    func quotient(_ a: Tensor, _ b: Tensor) -> Tensor {
        broadcast(a, b, to: shape, parallelism: parallelism) { ck_divide($0, $1, $2, $3, $4, $5) }
    }
    let value = quotient(a.value, b.value)
    let divisor = b.value
    let kept = b.wantsGradient ? value : nil
    let (aShape, wantsA) = (a.shape, a.wantsGradient)
    return a.tape.record(
        value, .divide, parents: [a, b], keptBytes: (divisor.count + (kept?.count ?? 0)) * MemoryLayout<Float>.stride
    ) { gradient in
        var share = quotient(gradient, divisor)
        let byA = wantsA ? reduce(share, to: aShape, parallelism: parallelism) : nil
        // d(a/b)/db = -(a/b)/b
        let byB = kept.map { kept in
            share.updateElements(with: kept, parallelism: parallelism) { ck_scale_by($0, $1, $2) }
            share.updateElements(parallelism: parallelism) { ck_affine($0, -1, 0, $0, $1) }
            return reduce(share, to: divisor.shape, parallelism: parallelism)
        }
        return [byA, byB]
    }
}
