import CKernels
package import Tensors

/// The shape of a product: NumPy's broadcasting rule.
/// - Throws: ``ShapeError``.
package func multiplyShape(_ a: Shape, _ b: Shape) throws -> Shape { try Operation.multiply.broadcast(a, b) }

/// a · b elementwise, each repeated along the axes where its extent is one. Keeps each operand only when the other wants a gradient.
/// - Throws: ``ShapeError``.
package func multiply(_ a: Variable, _ b: Variable) throws -> Variable {
    let parallelism = a.tape.parallelism
    func product(_ a: Tensor, _ b: Tensor, _ shape: Shape) -> Tensor {
        broadcast(a, b, to: shape, parallelism: parallelism) { ck_multiply($0, $1, $2, $3, $4, $5) }
    }
    let shape = try multiplyShape(a.shape, b.shape)
    let keptA = b.wantsGradient ? a.value : nil
    let keptB = a.wantsGradient ? b.value : nil
    let (aShape, bShape) = (a.shape, b.shape)
    return a.tape.record(
        product(a.value, b.value, shape), .multiply, parents: [a, b],
        keptBytes: ((keptA?.count ?? 0) + (keptB?.count ?? 0)) * MemoryLayout<Float>.stride
    ) { gradient in
        [
            keptB.map { reduce(product(gradient, $0, shape), to: aShape, parallelism: parallelism) },
            keptA.map { reduce(product(gradient, $0, shape), to: bShape, parallelism: parallelism) },
        ]
    }
}
