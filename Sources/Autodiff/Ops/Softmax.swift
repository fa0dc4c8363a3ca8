import CKernels
package import Tensors

/// The shape of a softmax: that of `x`.
/// - Throws: ``ShapeError`` when `x` has no such axis.
package func softmaxShape(_ x: Shape, axis: Int) throws -> Shape {
    guard (0..<x.rank).contains(axis) else { throw Operation.softmax.refuses([x], "there is no axis \(axis)") }
    return x
}

/// eˣ / Σ eˣ, the sum taken along one axis, without overflow for large values. Keeps the result.
/// - Parameter axis: from 0 on.
/// - Returns: the shape of `x`.
/// - Throws: ``ShapeError``.
package func softmax(_ x: Variable, axis: Int) throws -> Variable {
    let shape = try softmaxShape(x.shape, axis: axis)
    let parallelism = x.tape.parallelism
    let fibres = Fibres(shape, axis: axis)
    let value = x.value.reading { source in
        Tensor(writing: shape) { destination in
            fibres.forEachBundle(parallelism: parallelism) { bundle in
                let place = fibres.place(of: bundle)
                ck_softmax(source + place, fibres.length, fibres.stride, bundle.columns, destination + place)
            }
        }
    }
    return x.tape.record(
        value, .softmax, parents: [x], keptBytes: value.count * MemoryLayout<Float>.stride
    ) { gradient in
        value.reading { value in
            gradient.writing { gradient in
                fibres.forEachBundle(parallelism: parallelism) { bundle in
                    let place = fibres.place(of: bundle)
                    ck_softmax_gradient(
                        gradient + place, value + place, fibres.length, fibres.stride, bundle.columns)
                }
            }
        }
        return [gradient]
    }
}
