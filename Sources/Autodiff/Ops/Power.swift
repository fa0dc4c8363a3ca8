import CKernels
package import Tensors

/// x to the power of one exponent, elementwise; not-a-number where it is not real. Keeps the input.
/// - Returns: the shape of `x`.
package func power(_ x: Variable, exponent: Float) -> Variable {
    activation(x, .power, keeping: .input) {
        ck_power($0, exponent, $1, $2)
    } slope: {
        ck_power_gradient($0, $1, exponent, $2)
    }
}

/// The shape of a power: NumPy's broadcasting rule.
/// - Throws: ``ShapeError``.
package func powerShape(_ x: Shape, _ exponent: Shape) throws -> Shape { try Operation.power.broadcast(x, exponent) }

/// x to the power of exponents that no gradient flows to, each repeated along the axes where its extent is one. Keeps both.
/// - Precondition: `exponents` is a constant.
/// - Throws: ``ShapeError``.
package func power(_ x: Variable, exponents: Variable) throws -> Variable {
    precondition(!exponents.wantsGradient, "an exponent is a constant")
    let parallelism = x.tape.parallelism
    let shape = try powerShape(x.shape, exponents.shape)
    func raised(_ x: Tensor, _ exponents: Tensor) -> Tensor {
        broadcast(x, exponents, to: shape, parallelism: parallelism) { ck_raise($0, $1, $2, $3, $4, $5) }
    }
    let (base, exponents) = (x.value, exponents.value)
    return x.tape.record(
        raised(base, exponents), .power, parents: [x], keptBytes: (base.count + exponents.count) * 4
    ) { gradient in
        let lesser = exponents.mapElements(parallelism: parallelism) { ck_affine($0, 1, -1, $1, $2) }
        gradient.updateElements(with: raised(base, lesser), parallelism: parallelism) { ck_scale_by($0, $1, $2) }
        let share = broadcast(gradient, exponents, to: shape, parallelism: parallelism) {
            ck_multiply($0, $1, $2, $3, $4, $5)
        }
        return [reduce(share, to: base.shape, parallelism: parallelism)]
    }
}
