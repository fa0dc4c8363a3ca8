/// What can be wrong with the shapes of arrays. Carries what is needed to act: the operation and the shapes.
package enum ShapeError: Error, Hashable, Sendable {
    /// An extent is negative, or there are more elements than memory can address.
    case invalidExtents([Int])
    /// The number of values is not the number that the shape asks for.
    case countMismatch(shape: Shape, count: Int)
    /// The operation does not take operands of these shapes; `reason` says which rule is broken.
    case incompatible(operation: String, shapes: [Shape], reason: String)
}

extension ShapeError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidExtents(let extents): "the extents \(extents) are negative or too large"
        case .countMismatch(let shape, let count): "the shape \(shape) takes \(shape.count) values, there are \(count)"
        case .incompatible(let operation, let shapes, let reason):
            "\(operation) cannot take \(shapes.map(\.description).joined(separator: " and ")): \(reason)"
        }
    }
}
