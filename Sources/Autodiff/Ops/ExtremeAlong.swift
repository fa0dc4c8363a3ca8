package import Tensors

/// The shape of an extremum over axes: one where it was taken.
/// - Throws: ``ShapeError`` when an axis does not exist or is empty.
package func extremeShape(_ x: Shape, along axes: Set<Int>) throws -> Shape {
    let shape = try Operation.extremeAlong.collapsed(x, axes)
    guard axes.allSatisfy({ x[$0] > 0 }) else { throw Operation.extremeAlong.refuses([x], "an axis is empty") }
    return shape
}

/// The greatest (least) value over some axes; not-a-number wins. Equal values share the gradient, as PyTorch's amax has it. Keeps input and result.
/// - Returns: the shape of `x` with one for the extents of these axes.
/// - Throws: ``ShapeError``.
package func extreme(_ x: Variable, along axes: Set<Int>, _ extremum: Extremum) throws -> Variable {
    let shape = try extremeShape(x.shape, along: axes)
    let groups = AxisGroups(x.shape, axes: axes)
    let input = x.value
    let value = input.withUnsafeValues { source in
        Tensor(uninitialized: shape) { result in
            for group in 0..<groups.count {
                var best = source[groups.place(group, 0)]
                for member in 1..<max(groups.members, 1) {
                    let next = source[groups.place(group, member)]
                    let wins = extremum == .maximum ? next > best : next < best
                    if wins || next.isNaN { best = next }
                    if best.isNaN { break }
                }
                result[group] = best
            }
        }
    }
    return x.tape.record(
        value, .extremeAlong, parents: [x], keptBytes: (input.count + value.count) * MemoryLayout<Float>.stride
    ) { gradient in
        [
            Tensor(uninitialized: input.shape) { share in
                input.withUnsafeValues { input in
                    value.withUnsafeValues { value in
                        gradient.withUnsafeValues { gradient in
                            for group in 0..<groups.count {
                                let places = (0..<groups.members).map { groups.place(group, $0) }
                                let winners = places.count { input[$0] == value[group] }
                                for place in places {
                                    share[place] = input[place] == value[group] ? gradient[group] / Float(winners) : 0
                                }
                            }
                        }
                    }
                }
            }
        ]
    }
}

/// The elements of an array grouped by their indices on all but some axes, groups and members in row-major order.
package struct AxisGroups: Sendable {
    private let outer: [(extent: Int, stride: Int)]
    private let inner: [(extent: Int, stride: Int)]
    package let count, members: Int

    package init(_ shape: Shape, axes: Set<Int>) {
        let strides = shape.strides
        let all = shape.extents.indices.map { (axis: $0, extent: shape[$0], stride: strides[$0]) }
        outer = all.filter { !axes.contains($0.axis) }.map { ($0.extent, $0.stride) }
        inner = all.filter { axes.contains($0.axis) }.map { ($0.extent, $0.stride) }
        count = outer.reduce(1) { $0 * $1.extent }
        members = inner.reduce(1) { $0 * $1.extent }
    }

    /// Where a member of a group is.
    package func place(_ group: Int, _ member: Int) -> Int { offset(group, outer) + offset(member, inner) }

    private func offset(_ index: Int, _ axes: [(extent: Int, stride: Int)]) -> Int {
        var (rest, offset) = (index, 0)
        for axis in axes.reversed() {
            offset += rest % axis.extent * axis.stride
            rest /= axis.extent
        }
        return offset
    }
}
