package import Tensors

/// Weighted sums of a few elements along an axis, as resizing by any rule takes them.
package struct AxisTaps: Hashable, Sendable {
    /// Elements that each sum has; the lists hold so many for each element of the result, one after the other.
    package let tapsPerElement: Int
    package let indices: [Int]
    package let weights: [Float]

    /// - Precondition: as many weights as indices, a multiple of `tapsPerElement`.
    package init(tapsPerElement: Int, indices: [Int], weights: [Float]) {
        precondition(tapsPerElement > 0 && indices.count == weights.count && indices.count % tapsPerElement == 0)
        self.tapsPerElement = tapsPerElement
        self.indices = indices
        self.weights = weights
    }

    package var count: Int { indices.count / tapsPerElement }
}

/// The shape that resampling gives: that of `x` with another extent at the axis.
/// - Throws: ``ShapeError``.
package func resampleShape(_ x: Shape, axis: Int, taps: AxisTaps) throws -> Shape {
    guard (0..<x.rank).contains(axis) else { throw Operation.resample.refuses([x], "there is no axis \(axis)") }
    guard taps.indices.allSatisfy((0..<x[axis]).contains) else {
        throw Operation.resample.refuses([x], "axis \(axis) has not all elements that are asked for")
    }
    var extents = x.extents
    extents[axis] = taps.count
    return try Shape(validating: extents)
}

/// y[…, j, …] = Σₖ weights[j, k] · x[…, indices[j, k], …] along one axis. Keeps nothing.
/// - Throws: ``ShapeError``.
package func resample(_ x: Variable, axis: Int, taps: AxisTaps) throws -> Variable {
    let shape = try resampleShape(x.shape, axis: axis, taps: taps)
    let original = x.shape
    let parallelism = x.tape.parallelism
    let outer = original.extents[..<axis].reduce(1, *)
    let run = original.extents[(axis + 1)...].reduce(1, *)
    let (extent, count, width) = (original[axis], taps.count, taps.tapsPerElement)
    let value = x.value.reading { source in
        Tensor(writing: shape) { destination in
            parallelism.forEach(outer) { index in
                let (from, to) = (source + index * extent * run, destination + index * count * run)
                to.update(repeating: 0, count: count * run)
                for (tap, element) in taps.indices.enumerated() {
                    accumulate(from + element * run, times: taps.weights[tap], to: to + tap / width * run, count: run)
                }
            }
        }
    }
    return x.tape.record(value, .resample, parents: [x], keptBytes: 0) { gradient in
        [
            gradient.reading { source in
                Tensor(writing: original) { destination in
                    parallelism.forEach(outer) { index in
                        let (from, to) = (source + index * count * run, destination + index * extent * run)
                        to.update(repeating: 0, count: extent * run)
                        for (tap, element) in taps.indices.enumerated() {
                            accumulate(
                                from + tap / width * run, times: taps.weights[tap], to: to + element * run, count: run)
                        }
                    }
                }
            }
        ]
    }
}

private func accumulate(
    _ source: UnsafePointer<Float>, times weight: Float, to sum: UnsafeMutablePointer<Float>, count: Int
) {
    for index in 0..<count { sum[index] += source[index] * weight }
}
