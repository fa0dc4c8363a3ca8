package import Tensors

/// The shape of a matrix product: the leading axes by NumPy's broadcasting rule, then rows and columns.
/// - Parameters:
///   - a: `[…, M, K]`.
///   - b: `[…, K, N]`.
/// - Throws: ``ShapeError``.
package func matrixMultiplyShape(_ a: Shape, _ b: Shape) throws -> Shape {
    try MatrixProducts.shape(a, b)
}

/// Matrix products over the last two axes; the axes before them are repeated where an extent is one or missing.
///
/// Keeps each operand only when the other wants a gradient.
/// - Parameters:
///   - a: `[…, M, K]`.
///   - b: `[…, K, N]`.
/// - Returns: `[…, M, N]`.
/// - Throws: ``ShapeError``.
package func matrixMultiply(_ a: Variable, _ b: Variable) throws -> Variable {
    let products = try MatrixProducts(a.shape, b.shape)
    let parallelism = a.tape.parallelism
    let flops = 2 * products.shape.count * (a.shape.extents.last ?? 0)
    WorkMeter.current?.did(flops: flops)
    let value = a.value.reading { a in
        b.value.reading { b in
            Tensor(writing: products.shape) { products.multiply(a, b, into: $0, parallelism: parallelism) }
        }
    }
    let keptA = b.wantsGradient ? a.value : nil
    let keptB = a.wantsGradient ? b.value : nil
    let (aShape, bShape) = (a.shape, b.shape)
    return a.tape.record(
        value, .matrixMultiply, parents: [a, b],
        keptBytes: ((keptA?.count ?? 0) + (keptB?.count ?? 0)) * MemoryLayout<Float>.stride
    ) { gradient in
        WorkMeter.current?.did(flops: [keptA, keptB].compactMap(\.self).count * flops)
        return gradient.reading { gradient in
            [
                keptB?.reading { b in
                    Tensor(writing: aShape) { products.leftGradient(gradient, b, into: $0, parallelism: parallelism) }
                },
                keptA?.reading { a in
                    Tensor(writing: bShape) { products.rightGradient(gradient, a, into: $0, parallelism: parallelism) }
                },
            ]
        }
    }
}
