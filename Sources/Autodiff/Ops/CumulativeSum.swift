package import Tensors

/// The shape of running sums: that of `x`.
/// - Throws: ``ShapeError`` when `x` has no such axis.
package func cumulativeSumShape(_ x: Shape, axis: Int) throws -> Shape {
    guard (0..<x.rank).contains(axis) else { throw Operation.cumulativeSum.refuses([x], "there is no axis \(axis)") }
    return x
}

/// Running sums along an axis, in Double. Keeps nothing.
/// - Parameters:
///   - isExclusive: whether a value's own place does not count.
///   - isReversed: whether sums run from the end.
/// - Returns: the shape of `x`.
/// - Throws: ``ShapeError``.
package func cumulativeSum(_ x: Variable, axis: Int, isExclusive: Bool, isReversed: Bool) throws -> Variable {
    let shape = try cumulativeSumShape(x.shape, axis: axis)
    let groups = AxisGroups(shape, axes: [axis])
    func sums(_ x: Tensor, fromEnd: Bool) -> Tensor {
        x.withUnsafeValues { source in
            Tensor(uninitialized: shape) { result in
                for group in 0..<groups.count {
                    var sum = 0.0
                    for step in 0..<groups.members {
                        let place = groups.place(group, fromEnd ? groups.members - 1 - step : step)
                        let value = Double(source[place])
                        result[place] = Float(isExclusive ? sum : sum + value)
                        sum += value
                    }
                }
            }
        }
    }
    return x.tape.record(sums(x.value, fromEnd: isReversed), .cumulativeSum, parents: [x], keptBytes: 0) { gradient in
        [sums(gradient, fromEnd: !isReversed)]
    }
}
