import Autodiff
import Tensors

extension NodeLowering {
    func reshaping() throws -> Value {
        let x = try required(0)
        guard var extents = try constantIntegers(1, "shape") else { throw refuse("its shape is missing") }
        if try !flag("allowzero", otherwise: false) {
            for axis in extents.indices where extents[axis] == 0 {
                guard axis < x.shape.rank else { throw refuse("the shape \(extents) copies an axis that is not there") }
                extents[axis] = x.shape[axis]
            }
        }
        let open = extents.indices.filter { extents[$0] == -1 }
        guard open.count <= 1, extents.allSatisfy({ $0 >= -1 }) else {
            throw refuse("the shape \(extents) is not possible")
        }
        if let open = open.first {
            var others = 1
            for extent in extents where extent != -1 {
                let (product, overflow) = others.multipliedReportingOverflow(by: extent)
                guard !overflow else { throw refuse("the shape \(extents) is not possible") }
                others = product
            }
            guard others > 0, x.shape.count % others == 0 else {
                throw refuse("\(x.shape) cannot take the shape \(extents)")
            }
            extents[open] = x.shape.count / others
        }
        return try reshaped(x, extents)
    }

    func flattened() throws -> Value {
        let x = try required(0)
        let axis = try integer("axis", otherwise: 1)
        let place = axis < 0 ? axis + x.shape.rank : axis
        guard (0...x.shape.rank).contains(place) else { throw refuse("there is no axis \(axis) in \(x.shape)") }
        return try reshaped(x, [x.shape.extents[..<place].reduce(1, *), x.shape.extents[place...].reduce(1, *)])
    }

    func transposition() throws -> Value {
        let x = try required(0)
        return try emit(.transpose(integers("perm") ?? (0..<x.shape.rank).reversed()), x)
    }

    func squeezed() throws -> Value {
        let x = try required(0)
        let axes =
            try axesAttributeOrOperand(1, rank: x.shape.rank)
            ?? x.shape.extents.indices.filter { x.shape[$0] == 1 }
        guard axes.allSatisfy({ x.shape[$0] == 1 }) else {
            throw refuse("the axes \(axes) of \(x.shape) are not all of extent one")
        }
        return try reshaped(x, x.shape.extents.indices.filter { !axes.contains($0) }.map { x.shape[$0] })
    }

    func unsqueezed() throws -> Value {
        let x = try required(0)
        guard let named = try integers("axes") ?? constantIntegers(1, "axes") else {
            throw refuse("its axes are missing")
        }
        guard named.count <= builder.limits.rank else { throw refuse("it adds \(named.count) axes") }
        let rank = x.shape.rank + named.count
        let axes = try self.axes(named, rank: rank)
        var rest = x.shape.extents[...]
        return try reshaped(x, (0..<rank).map { axes.contains($0) ? 1 : rest.removeFirst() })
    }

    func concatenation() throws -> Value {
        let values = try all()
        guard let first = values.first, let axis = try optionalInteger("axis") else {
            throw refuse("it has no operands or no axis")
        }
        return try emit(.concatenate(axis: self.axis(axis, rank: first.shape.rank)), all: values)
    }

    func splitting() throws -> [Value] {
        let x = try required(0)
        let axis = try self.axis(integer("axis", otherwise: 0), rank: x.shape.rank)
        let extent = x.shape[axis]
        var sizes = try integers("split") ?? constantIntegers(1, "sizes") ?? []
        if sizes.isEmpty {
            let count = try integer("num_outputs", otherwise: node.outputs.count)
            guard count == node.outputs.count, (1...max(extent, 1)).contains(count) else {
                throw refuse("\(x.shape) cannot be split into \(count) for \(node.outputs.count) results")
            }
            let size = (extent + count - 1) / count
            sizes = (0..<count).map { max(0, min(size, extent - $0 * size)) }
        }
        guard sizes.count == node.outputs.count, sizes.allSatisfy({ (0...extent).contains($0) }),
            sizes.reduce(0, +) == extent
        else {
            throw refuse(
                "the sizes \(sizes.prefix(8)) are not those of \(extent) elements in \(node.outputs.count) parts")
        }
        var start = 0
        return try sizes.map { size in
            defer { start += size }
            var slices = x.shape.extents.map(AxisSlice.all)
            slices[axis] = AxisSlice(start: start, step: 1, count: size)
            return try emit(.slice(slices), x)
        }
    }

    func slicing() throws -> Value {
        let x = try required(0)
        guard let starts = try constantIntegers(1, "starts"), let ends = try constantIntegers(2, "ends") else {
            throw refuse("its starts or ends are missing")
        }
        let axes = try self.axes(try constantIntegers(3, "axes") ?? Array(starts.indices), rank: x.shape.rank)
        let steps = try constantIntegers(4, "steps") ?? starts.map { _ in 1 }
        guard starts.count == axes.count, ends.count == axes.count, steps.count == axes.count,
            steps.allSatisfy({ $0 != 0 && $0 != .min })
        else { throw refuse("starts, ends, axes and steps do not belong together") }
        var slices = x.shape.extents.map(AxisSlice.all)
        for (index, axis) in axes.enumerated() {
            slices[axis] = Self.slice(
                x.shape[axis], from: starts[index], to: ends[index], by: steps[index])
        }
        return try emit(.slice(slices), x)
    }

    /// Python's rule: negative bounds count from the end, and bounds outside are moved to the ends.
    private static func slice(_ extent: Int, from start: Int, to end: Int, by step: Int) -> AxisSlice {
        let limits = step > 0 ? 0...extent : -1...max(extent - 1, -1)
        func place(_ bound: Int) -> Int {
            min(
                max(bound < 0 ? bound.addingReportingOverflow(extent).partialValue : bound, limits.lowerBound),
                limits.upperBound)
        }
        let (first, last) = (place(start), place(end))
        let way = step > 0 ? last - first : first - last
        let size = step.magnitude
        let count = way > 0 ? (way - 1) / Int(size) + 1 : 0
        return AxisSlice(start: count == 0 ? 0 : first, step: step, count: count)
    }

    func expansion() throws -> Value {
        let x = try required(0)
        guard let extents = try constantIntegers(1, "shape") else { throw refuse("its shape is missing") }
        // Repetition goes both ways: extents of one in the shape keep those of the operand.
        let wanted = try shape(extents)
        guard let result = try? addShape(x.shape, wanted) else {
            throw refuse("\(x.shape) is not repeated to \(wanted)")
        }
        return try emit(.expand(result), x)
    }

    func tiled() throws -> Value {
        let x = try required(0)
        guard let repeats = try constantIntegers(1, "repeats"), repeats.count == x.shape.rank,
            repeats.allSatisfy({ $0 >= 0 })
        else { throw refuse("its repeats are not one number for each axis of \(x.shape)") }
        var result = x
        for axis in repeats.indices.reversed() where repeats[axis] != 1 {
            let extents = result.shape.extents
            let (head, tail) = (Array(extents[..<axis]), Array(extents[axis...]))
            let wide = try emit(.expand(shape(head + [repeats[axis]] + tail)), reshaped(result, head + [1] + tail))
            let (extent, overflow) = repeats[axis].multipliedReportingOverflow(by: extents[axis])
            guard !overflow else { throw refuse("its repeats are too large") }
            result = try reshaped(wide, head + [extent] + tail.dropFirst())
        }
        return result
    }

    func padding() throws -> Value {
        let x = try required(0)
        let rank = x.shape.rank
        guard let pads = try constantIntegers(1, "pads") else { throw refuse("its pads are missing") }
        let axes = try constantIntegers(3, "axes").map { try self.axes($0, rank: rank) } ?? Array(0..<rank)
        guard pads.count == 2 * axes.count, pads.allSatisfy({ (-(1 << 40)...1 << 40).contains($0) }) else {
            throw refuse("its pads are not two for each of \(axes.count) axes, or too large")
        }
        var (before, after) = (Array(repeating: 0, count: rank), Array(repeating: 0, count: rank))
        for (index, axis) in axes.enumerated() {
            (before[axis], after[axis]) = (pads[index], pads[index + axes.count])
        }
        // Negative padding cuts.
        let slices = try (0..<rank).map { axis in
            let (start, end) = (max(-before[axis], 0), x.shape[axis] - max(-after[axis], 0))
            guard start <= end else { throw refuse("its pads cut more than there is of \(x.shape)") }
            return AxisSlice(start: start == end ? 0 : start, step: 1, count: end - start)
        }
        let cut = try emit(.slice(slices), x)
        (before, after) = (before.map { max($0, 0) }, after.map { max($0, 0) })
        let mode = try string("mode", otherwise: "constant")
        if mode == "constant" {
            var value: Float = 0
            if let given = optional(2) {
                guard let number = given.number ?? given.integers?.values.first.map(Float.init) else {
                    throw refuse("the value that it pads with is no constant")
                }
                value = number
            }
            return try emit(.pad(before: before, after: after, value: value), cut)
        }
        return try (0..<rank).reduce(cut) { result, axis in
            guard before[axis] + after[axis] > 0 else { return result }
            let extent = result.shape[axis]
            guard extent > 0, before[axis] + after[axis] <= builder.limits.movedIntegers else {
                throw refuse("an axis of \(extent) elements is not padded by \(before[axis]) and \(after[axis])")
            }
            try spend(2 * (before[axis] + extent + after[axis]))
            let places = (-before[axis]..<extent + after[axis]).map { place -> Int in
                switch mode {
                case "edge": return min(max(place, 0), extent - 1)
                case "wrap": return (place % extent + extent) % extent
                default:
                    // Reflection at the centres of the outermost elements.
                    guard extent > 1 else { return 0 }
                    let period = 2 * (extent - 1)
                    let folded = (place % period + period) % period
                    return folded < extent ? folded : period - folded
                }
            }
            guard ["edge", "wrap", "reflect"].contains(mode) else { throw refuse("its mode \(mode) is not known") }
            return try emit(.take(axis: axis, places), result)
        }
    }

    func triangle() throws -> Value {
        let x = try required(0)
        guard x.shape.rank >= 2 else { throw refuse("\(x.shape) has no matrices") }
        let (rows, columns) = (x.shape[x.shape.rank - 2], x.shape[x.shape.rank - 1])
        let offset = try constantInteger(1, "k") ?? 0
        let isUpper = try flag("upper", otherwise: true)
        guard rows * columns <= builder.limits.movedIntegers, offset.magnitude < 1 << 40 else {
            throw refuse("its matrices are too large")
        }
        try spend(2 * rows * columns)
        let mask = (0..<rows).flatMap { row in
            (0..<columns).map { isUpper ? $0 >= row + offset : $0 <= row + offset }
        }
        let kept = Value(.integer(IntegerArray([rows, columns], mask.map { $0 ? 1 : 0 }, isBoolean: true)))
        let zero =
            x.isReal ? Value.scalar(0) : Value(.integer(IntegerArray([], [0], isBoolean: x.type.kind == .boolean)))
        return try emit(.select, kept, x, zero)
    }

    func depthToSpace() throws -> Value {
        let x = try required(0)
        let size = try integer("blocksize", otherwise: 0)
        guard x.shape.rank == 4, (1...1024).contains(size), x.shape[1] % (size * size) == 0 else {
            throw refuse("blocks of \(size) do not fit \(x.shape)")
        }
        let (n, c, h, w) = (x.shape[0], x.shape[1] / (size * size), x.shape[2], x.shape[3])
        let isColumnRow = try string("mode", otherwise: "DCR") == "CRD"
        let parts = try reshaped(x, isColumnRow ? [n, c, size, size, h, w] : [n, size, size, c, h, w])
        let moved = try emit(.transpose(isColumnRow ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2]), parts)
        return try reshaped(moved, [n, c, h * size, w * size])
    }

    func spaceToDepth() throws -> Value {
        let x = try required(0)
        let size = try integer("blocksize", otherwise: 0)
        guard x.shape.rank == 4, (1...1024).contains(size), x.shape[2] % size == 0, x.shape[3] % size == 0 else {
            throw refuse("blocks of \(size) do not fit \(x.shape)")
        }
        let (n, c, h, w) = (x.shape[0], x.shape[1], x.shape[2] / size, x.shape[3] / size)
        let parts = try reshaped(x, [n, c, h, size, w, size])
        return try reshaped(emit(.transpose([0, 3, 5, 1, 2, 4]), parts), [n, c * size * size, h, w])
    }
}
