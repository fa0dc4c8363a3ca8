package import Tensors

/// Values from any places: y[i] = x[places[i]], both in row-major order. Keeps the places.
/// - Parameters:
///   - places: as many as `shape` holds, each an element of `x`.
/// - Throws: ``ShapeError``.
package func pick(_ x: Variable, places: [Int], shape: Shape) throws -> Variable {
    guard places.count == shape.count, places.allSatisfy((0..<x.shape.count).contains) else {
        throw Operation.pick.refuses(
            [x.shape, shape], "the places are not all in the first, one for each value of the second")
    }
    let value = x.value.withUnsafeValues { source in
        Tensor(uninitialized: shape) { destination in
            for (index, place) in places.enumerated() { destination[index] = source[place] }
        }
    }
    let original = x.shape
    return x.tape.record(
        value, .pick, parents: [x], keptBytes: places.count * MemoryLayout<Int>.stride
    ) { gradient in
        var sum = Tensor(shape: original, repeating: 0)
        gradient.withUnsafeValues { source in
            sum.withUnsafeMutableValues { sum in
                for (index, place) in places.enumerated() { sum[place] += source[index] }
            }
        }
        return [sum]
    }
}
