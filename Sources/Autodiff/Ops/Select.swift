import CKernels
package import Tensors

/// The shape of a selection: NumPy's broadcasting rule over all three.
/// - Throws: ``ShapeError``.
package func selectShape(_ condition: Shape, _ a: Shape, _ b: Shape) throws -> Shape {
    try Operation.select.broadcast(condition, Operation.select.broadcast(a, b))
}

/// a where the condition is 1 and b where it is 0, each repeated along the axes where its extent is one. What is not taken does not count, be it
/// infinite or not a number. Keeps the condition.
/// - Parameter condition: zeros and ones.
/// - Throws: ``ShapeError``.
package func select(_ condition: Tensor, _ a: Variable, _ b: Variable) throws -> Variable {
    let parallelism = a.tape.parallelism
    let shape = try selectShape(condition.shape, a.shape, b.shape)
    let chosen = expanded(condition, to: shape, parallelism: parallelism)
    var value = expanded(b.value, to: shape, parallelism: parallelism)
    let first = expanded(a.value, to: shape, parallelism: parallelism)
    Selection(chosen: chosen, parallelism: parallelism).take(first, into: &value)
    let (aShape, bShape) = (a.wantsGradient ? a.shape : nil, b.wantsGradient ? b.shape : nil)
    return a.tape.record(
        value, .select, parents: [a, b], keptBytes: chosen.count * MemoryLayout<Float>.stride
    ) { gradient in
        let selection = Selection(chosen: chosen, parallelism: parallelism)
        return [
            aShape.map { shape in
                var part = Tensor(shape: gradient.shape, repeating: 0)
                selection.take(gradient, into: &part)
                return reduce(part, to: shape, parallelism: parallelism)
            },
            bShape.map { shape in
                var part = gradient
                selection.take(Tensor(shape: gradient.shape, repeating: 0), into: &part)
                return reduce(part, to: shape, parallelism: parallelism)
            },
        ]
    }
}

/// Overwrites values where a condition is not zero.
private struct Selection {
    let chosen: Tensor
    let parallelism: Parallelism

    func take(_ source: Tensor, into values: inout Tensor) {
        source.reading { source in
            chosen.reading { chosen in
                values.writing { values in
                    parallelism.forEachPiece(of: self.chosen.count) {
                        ck_select(
                            chosen + $0.lowerBound, source + $0.lowerBound, values + $0.lowerBound, $0.count)
                    }
                }
            }
        }
    }
}
