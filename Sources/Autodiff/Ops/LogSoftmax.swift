import Foundation
package import Tensors

/// The shape of a log-softmax: that of `x`.
/// - Throws: ``ShapeError`` when `x` has no such axis.
package func logSoftmaxShape(_ x: Shape, axis: Int) throws -> Shape {
    guard (0..<x.rank).contains(axis) else { throw Operation.logSoftmax.refuses([x], "there is no axis \(axis)") }
    return x
}

/// x - ln Σ eˣ, the sum taken along one axis in Double, without overflow for large values. Keeps the result.
/// - Returns: the shape of `x`.
/// - Throws: ``ShapeError``.
package func logSoftmax(_ x: Variable, axis: Int) throws -> Variable {
    let shape = try logSoftmaxShape(x.shape, axis: axis)
    let groups = AxisGroups(shape, axes: [axis])
    let value = x.value.withUnsafeValues { source in
        Tensor(uninitialized: shape) { result in
            for group in 0..<groups.count {
                let places = (0..<groups.members).map { groups.place(group, $0) }
                let largest = Double(places.map { source[$0] }.max() ?? 0)
                let sum = places.reduce(0.0) { $0 + exp(Double(source[$1]) - largest) }
                for place in places { result[place] = Float(Double(source[place]) - largest - log(sum)) }
            }
        }
    }
    return x.tape.record(
        value, .logSoftmax, parents: [x], keptBytes: value.count * MemoryLayout<Float>.stride
    ) { gradient in
        value.withUnsafeValues { value in
            gradient.withUnsafeMutableValues { gradient in
                for group in 0..<groups.count {
                    let places = (0..<groups.members).map { groups.place(group, $0) }
                    let sum = places.reduce(0.0) { $0 + Double(gradient[$1]) }
                    for place in places {
                        gradient[place] = Float(Double(gradient[place]) - exp(Double(value[place])) * sum)
                    }
                }
            }
        }
        return [gradient]
    }
}
