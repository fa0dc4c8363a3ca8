package import Tensors

/// The shape of a product over axes: one where it was taken.
/// - Throws: ``ShapeError`` when an axis does not exist.
package func productShape(_ x: Shape, axes: Set<Int>) throws -> Shape { try Operation.product.collapsed(x, axes) }

/// The product over some axes, in Double. The gradient is right where factors are zero, too. Keeps the input.
/// - Returns: the shape of `x` with one for the extents of these axes.
/// - Throws: ``ShapeError``.
package func product(_ x: Variable, axes: Set<Int>) throws -> Variable {
    let shape = try productShape(x.shape, axes: axes)
    let groups = AxisGroups(x.shape, axes: axes)
    let input = x.value
    let value = input.withUnsafeValues { source in
        Tensor(uninitialized: shape) { result in
            for group in 0..<groups.count {
                result[group] = Float(
                    (0..<groups.members).reduce(1.0) { $0 * Double(source[groups.place(group, $1)]) })
            }
        }
    }
    return x.tape.record(
        value, .product, parents: [x], keptBytes: input.count * MemoryLayout<Float>.stride
    ) { gradient in
        [
            Tensor(uninitialized: input.shape) { share in
                input.withUnsafeValues { input in
                    gradient.withUnsafeValues { gradient in
                        for group in 0..<groups.count {
                            let places = (0..<groups.members).map { groups.place(group, $0) }
                            // The product of all others: of those before times those behind.
                            var before = 1.0
                            for place in places {
                                share[place] = Float(before)
                                before *= Double(input[place])
                            }
                            var behind = Double(gradient[group])
                            for place in places.reversed() {
                                share[place] = Float(Double(share[place]) * behind)
                                behind *= Double(input[place])
                            }
                        }
                    }
                }
            }
        ]
    }
}
