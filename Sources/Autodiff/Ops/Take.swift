import CKernels
package import Tensors

/// The shape of a selection along an axis: that of `x` with another extent there.
/// - Parameter indices: of elements along the axis, each from 0 on.
/// - Throws: ``ShapeError``.
package func takeShape(_ x: Shape, axis: Int, indices: [Int]) throws -> Shape {
    guard (0..<x.rank).contains(axis) else { throw Operation.take.refuses([x], "there is no axis \(axis)") }
    guard let wrong = indices.first(where: { !(0..<x[axis]).contains($0) }) else {
        var extents = x.extents
        extents[axis] = indices.count
        return try Shape(validating: extents)
    }
    throw Operation.take.refuses([x], "axis \(axis) has no element \(wrong)")
}

/// Elements along an axis in any order and number: y[…, j, …] = x[…, indices[j], …]. Keeps nothing but the indices.
/// - Throws: ``ShapeError``.
package func take(_ x: Variable, axis: Int, indices: [Int]) throws -> Variable {
    let shape = try takeShape(x.shape, axis: axis, indices: indices)
    let original = x.shape
    let parallelism = x.tape.parallelism
    let run = original.extents[(axis + 1)...].reduce(1, *)
    let outer = original.extents[..<axis].reduce(1, *)
    let extent = original[axis]
    let bundle = max(1, elementsPerPiece / max(run * max(extent, indices.count), 1))
    let pieces = (outer + bundle - 1) / bundle
    let value = x.value.reading { source in
        Tensor(writing: shape) { destination in
            parallelism.forEach(pieces) { piece in
                for index in piece * bundle..<min(outer, (piece + 1) * bundle) {
                    let (from, to) = (source + index * extent * run, destination + index * indices.count * run)
                    for (place, element) in indices.enumerated() {
                        ck_copy_strided(from + element * run, 1, to + place * run, 1, run)
                    }
                }
            }
        }
    }
    return x.tape.record(value, .take, parents: [x], keptBytes: 0) { gradient in
        [
            gradient.reading { source in
                Tensor(writing: original) { destination in
                    parallelism.forEach(pieces) { piece in
                        for index in piece * bundle..<min(outer, (piece + 1) * bundle) {
                            let (from, to) = (source + index * indices.count * run, destination + index * extent * run)
                            to.update(repeating: 0, count: extent * run)
                            for (place, element) in indices.enumerated() {
                                ck_accumulate(to + element * run, from + place * run, run)
                            }
                        }
                    }
                }
            }
        ]
    }
}
