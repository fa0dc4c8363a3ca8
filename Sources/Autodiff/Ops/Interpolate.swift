package import Tensors

/// The shape that interpolation gives: `[N, C] + size`.
/// - Parameters:
///   - x: `[N, C, …]`, one axis behind the channels for each extent of `size`, none empty.
///   - size: positive extents.
/// - Throws: ``ShapeError``.
package func interpolateShape(_ x: Shape, size: [Int]) throws -> Shape {
    guard !size.isEmpty, x.rank == size.count + 2 else {
        throw Operation.interpolate.refuses([x], "the size \(size) has one extent for each axis behind the channels")
    }
    guard (x.extents[2...] + size).allSatisfy({ $0 > 0 && $0 <= Int32.max }) else {
        throw Operation.interpolate.refuses([x], "neither the input nor the size \(size) may be empty")
    }
    return try Shape(validating: x.extents[..<2] + size)
}

/// Linear interpolation along every axis behind the channels: bilinear for images, trilinear for clips. Keeps nothing.
/// - Parameters:
///   - x: `[N, C, …]`.
///   - size: the extents of the result behind its channels.
///   - alignCorners: whether the first and last values of an axis stay where they are, or values are cells and the outer edges stay; then the
///     half cell beyond the first and last value is flat.
/// - Returns: `[N, C] + size`.
/// - Throws: ``ShapeError``.
package func interpolate(_ x: Variable, size: [Int], alignCorners: Bool) throws -> Variable {
    let shape = try interpolateShape(x.shape, size: size)
    let parallelism = x.tape.parallelism
    // Axis by axis. An axis that keeps its extent stays as it is under either rule.
    var passes: [InterpolationPass] = []
    var extents = x.shape.extents
    for axis in shape.extents.indices where extents[axis] != shape[axis] {
        let source = Shape(extents)
        extents[axis] = shape[axis]
        passes.append(
            InterpolationPass(
                from: source, to: try Shape(validating: extents), axis: axis, alignCorners: alignCorners))
    }
    let value = passes.reduce(x.value) { $1.apply(to: $0, parallelism: parallelism) }
    return x.tape.record(value, .interpolate, parents: [x], keptBytes: 0) { [passes] gradient in
        [passes.reversed().reduce(gradient) { $1.transposed($0, parallelism: parallelism) }]
    }
}
