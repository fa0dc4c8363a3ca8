import CKernels
package import Tensors

/// Which of two values is taken.
package enum Extremum: Hashable, Sendable, CaseIterable { case maximum, minimum }

/// The shape of the greater (lesser) of two arrays: NumPy's broadcasting rule.
/// - Throws: ``ShapeError``.
package func extremeShape(_ a: Shape, _ b: Shape) throws -> Shape { try Operation.extreme.broadcast(a, b) }

/// The greater (lesser) of a and b elementwise, each repeated along the axes where its extent is one; not-a-number stays. Equal values share the
/// gradient, as PyTorch has it. Keeps one of both values and which it was.
/// - Throws: ``ShapeError``.
package func extreme(_ a: Variable, _ b: Variable, _ extremum: Extremum) throws -> Variable {
    let parallelism = a.tape.parallelism
    let shape = try extremeShape(a.shape, b.shape)
    let value = broadcast(a.value, b.value, to: shape, parallelism: parallelism) {
        switch extremum {
        case .maximum: ck_greater($0, $1, $2, $3, $4, $5)
        case .minimum: ck_lesser($0, $1, $2, $3, $4, $5)
        }
    }
    guard a.wantsGradient || b.wantsGradient else { return a.tape.constant(value) }
    let shares = broadcast(a.value, b.value, to: shape, parallelism: parallelism) {
        switch extremum {
        case .maximum: ck_greater_share($0, $1, $2, $3, $4, $5)
        case .minimum: ck_lesser_share($0, $1, $2, $3, $4, $5)
        }
    }
    let (aShape, bShape) = (a.wantsGradient ? a.shape : nil, b.wantsGradient ? b.shape : nil)
    return a.tape.record(
        value, .extreme, parents: [a, b], keptBytes: shares.count * MemoryLayout<Float>.stride
    ) { gradient in
        func part(_ shares: Tensor, _ shape: Shape) -> Tensor {
            var part = gradient
            part.updateElements(with: shares, parallelism: parallelism) { ck_scale_by($0, $1, $2) }
            return reduce(part, to: shape, parallelism: parallelism)
        }
        return [
            aShape.map { part(shares, $0) },
            bShape.map { part(shares.mapElements(parallelism: parallelism) { ck_affine($0, -1, 1, $1, $2) }, $0) },
        ]
    }
}
